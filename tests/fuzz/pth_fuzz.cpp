// Any bytes to the readers of weights files. A bare pickle is wrapped into a `.pth` first: the
// checksum of a zip member would otherwise keep the fuzzer out of the unpickler.
#include "network/pth_legacy.h"
#include "network/weights_file.h"
#include "network/zip.h"

namespace {

namespace base = kennel::base;
namespace network = kennel::network;

constexpr std::uint8_t kPickleProto = 0x80;

bool is_bare_pickle(base::ByteView bytes) {
  return !bytes.empty() && bytes[0] == kPickleProto && !network::is_legacy_pth(bytes);
}

base::Bytes wrap(base::ByteView pickle) {
  static const base::Bytes kStorage(64, 0x3f);
  network::ZipWriter archive(pickle.size() + 2048);
  archive.add("w/data.pkl", pickle);
  for (const char* name : {"w/data/0", "w/data/1", "w/data/2"}) archive.add(name, kStorage);
  return archive.finish();
}

// Touches every byte of every tensor, so that a view that leaves its bytes is seen.
std::uint64_t read_everything(const network::StateDict& tensors) {
  std::uint64_t sum = 0;
  for (const auto& [name, tensor] : tensors.entries()) {
    const auto count = static_cast<std::size_t>(tensor.element_count());
    base::check(tensor.bytes.size() == count * network::size_of(tensor.type),
                "a tensor has as many bytes as its shape says");
    base::check(tensors.find(name) == &tensor, "a tensor is found under its name");
    for (const std::uint8_t byte : tensor.bytes) sum += byte;
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto owner = std::make_shared<const base::Bytes>(
      is_bare_pickle(input) ? wrap(input) : base::Bytes(input.begin(), input.end()));
  const auto tensors = network::parse_weights(*owner, owner);
  // The sum is used, so that the reads stay.
  return tensors && read_everything(*tensors) == ~std::uint64_t{0} ? -1 : 0;
}
