#include "network/pickle.h"

#include <array>

#include "network/pickle_machine.h"

namespace kennel::network {

base::Result<Pickle> load_pickle(base::ByteView bytes) { return PickleMachine(bytes).run(); }

std::string_view describe(const PickleValue& value) {
  constexpr std::array<std::string_view, std::variant_size_v<PickleValue>> kNames{
      "None",   "a bool", "an integer", "a float",  "a string",        "bytes",     "a tuple",
      "a list", "a dict", "a storage",  "a tensor", "a storage class", "a callable"};
  return kNames[value.index()];
}

}  // namespace kennel::network
