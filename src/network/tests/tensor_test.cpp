#include "network/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::network {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Tensor, KeepsItsValuesAfterTheOriginalIsGone) {
  Tensor copy;
  {
    const Tensor tensor = Tensor::from_floats({2, 2}, {1, 2, 3, 4});
    copy = tensor;
  }
  EXPECT_EQ(copy.element_count(), 4);
  EXPECT_THAT(copy.floats(), ElementsAre(1, 2, 3, 4));
}

TEST(Tensor, HasOneElementWhenItHasNoSides) {
  EXPECT_EQ(Tensor::from_int64s({}, {7}).element_count(), 1);
}

TEST(TensorDeathTest, RefusesFewerValuesThanItsShape) {
  EXPECT_DEATH(Tensor::from_floats({3}, {1, 2}), "as many values as its shape");
}

TEST(DType, KnowsEveryNameAndSize) {
  EXPECT_EQ(to_name(DType::kBFloat16), "bfloat16");
  EXPECT_EQ(size_of(DType::kBFloat16), 2U);
  EXPECT_EQ(size_of(DType::kFloat64), 8U);
  EXPECT_EQ(size_of(DType::kBool), 1U);
}

TEST(StateDict, KeepsTheOrderOfNamesAndTheLatestTensor) {
  StateDict tensors;
  tensors.set("b", Tensor::from_floats({1}, {1}));
  tensors.set("a", Tensor::from_floats({1}, {2}));
  tensors.set("b", Tensor::from_floats({1}, {3}));
  ASSERT_EQ(tensors.entries().size(), 2U);
  EXPECT_EQ(tensors.entries()[0].first, "b");
  EXPECT_THAT(tensors.find("b")->floats(), ElementsAre(3));
  EXPECT_EQ(tensors.find("c"), nullptr);
}

TEST(StateDict, SaysWhatIsWrongWithATensor) {
  StateDict tensors;
  tensors.set("w", Tensor::from_floats({2, 1}, {1, 2}));
  tensors.set("n", Tensor::from_int64s({1}, {1}));
  const std::vector<std::int64_t> shape{2, 1};
  const std::vector<std::int64_t> other{1, 2};
  EXPECT_TRUE(tensors.get("w", shape));
  EXPECT_THAT(tensors.get("w", other).error().message,
              HasSubstr("'w' has the shape [2, 1]; [1, 2] is needed"));
  EXPECT_THAT(tensors.get("n", shape).error().message, HasSubstr("'n' is int64; float32"));
  EXPECT_EQ(tensors.get("x", shape).error().kind, base::ErrorKind::kNotFound);
}

}  // namespace
}  // namespace kennel::network
