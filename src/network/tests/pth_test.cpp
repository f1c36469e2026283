#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/tests/pickle_program.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using base::as_bytes;
using base::ErrorKind;
using program::dict_of;
using program::pickle;
using program::pth;
using program::raw;
using program::storage;
using program::tensor;
using program::text;
using program::tuple;
using program::View;
using testing::ElementsAre;
using testing::HasSubstr;

base::Result<StateDict> parse(base::Bytes bytes) {
  const auto owner = std::make_shared<const base::Bytes>(std::move(bytes));
  return parse_weights(*owner, owner);
}

// The int16 values 0, 1, ... 255 seen through a view.
base::Result<StateDict> parse_view(const View& view) {
  ZipWriter archive(4096);
  std::vector<std::int16_t> values(256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int16_t>(i);
  archive.add("a/data.pkl",
              as_bytes(pickle(dict_of(tensor(storage("0", 256, "ShortStorage"), view)))));
  archive.add("a/data/0", {reinterpret_cast<const std::uint8_t*>(values.data()), 512});
  return parse(archive.finish());
}

std::vector<std::int16_t> values_of(const View& view) {
  const auto tensors = parse_view(view);
  base::check(tensors.has_value(), "the view is good");
  const Tensor& found = tensors->entries().front().second;
  std::vector<std::int16_t> values(static_cast<std::size_t>(found.element_count()));
  base::check(found.bytes.size() == values.size() * 2, "it has as many bytes as its shape says");
  std::copy(found.bytes.begin(), found.bytes.end(), reinterpret_cast<std::uint8_t*>(values.data()));
  return values;
}

TEST(Pth, ShowsStridedViewsAsDenseTensors) {
  EXPECT_THAT(values_of({3, {2, 2}, {2, 1}}), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(values_of({0, {2, 3}, {1, 2}}), ElementsAre(0, 2, 4, 1, 3, 5));
  EXPECT_THAT(values_of({10, {2, 2}, {100, 7}}), ElementsAre(10, 17, 110, 117));
  EXPECT_THAT(values_of({5, {3}, {0}}), ElementsAre(5, 5, 5));
  EXPECT_THAT(values_of({255, {}, {}}), ElementsAre(255));
  EXPECT_THAT(values_of({9, {1, 2, 1}, {INT64_MAX, 2, INT64_MAX}}), ElementsAre(9, 11));
  EXPECT_THAT(values_of({256, {0, 3}, {3, 1}}), ElementsAre());
}

TEST(Pth, RefusesViewsThatLeaveTheirStorage) {
  const std::vector<View> views{{256, {1}, {1}},
                                {0, {257}, {1}},
                                {1, {2, 128}, {128, 1}},
                                {0, {2}, {256}},
                                {INT64_MAX, {2}, {1}},
                                {0, {2}, {INT64_MAX}},
                                {0, {3, 3}, {INT64_MAX / 2, INT64_MAX / 2}},
                                {-1, {1}, {1}},
                                {0, {2}, {-1}},
                                {0, {-1}, {1}},
                                {0, {2, 2}, {1}},
                                {0, {INT64_MAX, 2}, {0, 0}},
                                {0, {0, INT64_MAX, INT64_MAX}, {1, 1, 1}}};
  for (const View& view : views) {
    const auto tensors = parse_view(view);
    ASSERT_FALSE(tensors) << testing::PrintToString(view.shape);
    EXPECT_THAT(tensors.error().message, HasSubstr("w: a tensor of shape"));
  }
}

TEST(Pth, RefusesToRepeatAFewBytesIntoManyMegabytes) {
  const auto tensors = parse_view({0, {1 << 20, 1 << 20}, {0, 0}});
  ASSERT_FALSE(tensors);
  EXPECT_EQ(tensors.error().kind, ErrorKind::kTooLarge);
}

TEST(Pth, PointsIntoTheFileWhereTheLayoutAllows) {
  const auto owner = std::make_shared<const base::Bytes>(
      pth(pickle(dict_of(tensor(storage("0", 4), {0, {4}, {1}})))));
  const auto tensors = parse_weights(*owner, owner);
  ASSERT_TRUE(tensors) << tensors.error().message;
  const auto* bytes = tensors->find("w")->bytes.data();
  EXPECT_TRUE(bytes >= owner->data() && bytes < owner->data() + owner->size());
}

TEST(Pth, LetsTensorsShareAStorage) {
  const std::string two = raw("}(") + text("a") + tensor(storage("0", 4), {0, {2}, {1}}) +
                          text("b") + tensor(storage("0", 4), {1, {3}, {1}}) + "u";
  const auto tensors = parse(pth(pickle(two)));
  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_EQ(tensors->find("a")->bytes.data() + 4, tensors->find("b")->bytes.data());
}

std::string reason_of(const base::Bytes& bytes) {
  const auto tensors = parse(bytes);
  return tensors ? "accepted" : tensors.error().message;
}

const std::string kTiny = pickle(dict_of(tensor(storage("0", 4), {0, {4}, {1}})));

base::Bytes archive_of(const std::vector<std::pair<std::string, std::string>>& members) {
  ZipWriter archive(1024);
  for (const auto& [name, content] : members) archive.add(name, as_bytes(content));
  return archive.finish();
}

TEST(Pth, RefusesMaliciousPicklesInEitherFormat) {
  const std::string evil =
      pickle(program::global("posix", "system") + tuple({text("touch /tmp/owned")}) + "R");
  EXPECT_THAT(reason_of(pth(evil)), HasSubstr("refused posix.system"));
  const std::string old = raw("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.") +
                          pickle(raw("M\xe9\x03")) + pickle("}") + evil;
  EXPECT_THAT(reason_of({old.begin(), old.end()}), HasSubstr("refused posix.system"));
}

TEST(Pth, RefusesTorchScriptWithAdvice) {
  EXPECT_THAT(reason_of(archive_of({{"a/data.pkl", kTiny}, {"a/constants.pkl", ""}})),
              HasSubstr("TorchScript archive, which is a program; save the model's state_dict"));
}

TEST(Pth, RefusesBigEndianWeights) {
  EXPECT_THAT(reason_of(archive_of({{"a/data.pkl", kTiny}, {"a/byteorder", "big"}})),
              HasSubstr("byte order 'big'"));
  const std::string old = raw("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.") +
                          pickle(raw("M\xe9\x03")) +
                          pickle(raw("}") + text("little_endian") + "\x89" + "s");
  EXPECT_THAT(reason_of({old.begin(), old.end()}), HasSubstr("big-endian"));
}

TEST(Pth, RefusesArchivesThatAreNotPyTorchs) {
  EXPECT_THAT(reason_of(archive_of({{"a/b.txt", "x"}})), HasSubstr("no NAME/data.pkl"));
  EXPECT_THAT(reason_of(archive_of({{"a/data.pkl", kTiny}, {"b/data.pkl", kTiny}})),
              HasSubstr("two objects"));
}

TEST(Pth, MissesAStorage) {
  EXPECT_THAT(reason_of(archive_of({{"a/data.pkl", kTiny}})), HasSubstr("lacks 'a/data/0'"));
  EXPECT_THAT(reason_of(pth(kTiny, 12)), HasSubstr("'evil/data/0' has 12 bytes, 4 elements"));
}

TEST(Pth, NoticesAFlippedBit) {
  base::Bytes bytes = pth(kTiny);
  for (std::size_t place = 0; place + 64 < bytes.size(); ++place) {
    if (bytes[place] == 1 && bytes[place + 1] == 2 && bytes[place + 2] == 3) bytes[place] ^= 4;
  }
  EXPECT_THAT(reason_of(bytes), HasSubstr("the checksum of 'evil/data/0' does not hold"));
}

TEST(Pth, SaysWhatItIsNot) {
  EXPECT_THAT(reason_of({}), HasSubstr("empty"));
  const std::string page = "<!DOCTYPE html><html></html>";
  EXPECT_THAT(reason_of({page.begin(), page.end()}),
              HasSubstr("neither a .pth nor a .safetensors file: it starts with '<!DOCTYPE html>"));
  EXPECT_THAT(reason_of({kTiny.begin(), kTiny.end()}), HasSubstr("not one that torch.save wrote"));
}

TEST(Pth, SaysWhatIsNoStateDict) {
  EXPECT_THAT(reason_of(pth(pickle("]"))), HasSubstr("it holds a list, not a dict of tensors"));
  EXPECT_THAT(reason_of(pth(pickle("}"))), HasSubstr("no tensors"));
  EXPECT_THAT(reason_of(pth(pickle(dict_of("K\x01")))),
              HasSubstr("'w' is an integer, not a tensor"));
  EXPECT_THAT(reason_of(pth(pickle("}NNs"))), HasSubstr("None for a name"));
}

TEST(Pth, RefusesNamesThatAreNotPlainUtf8) {
  for (const char* name : {"\xff", "a\nb", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82"}) {
    const std::string named = raw("}") + text(name) + tensor(storage("0", 4), {0, {4}, {1}}) + "s";
    EXPECT_THAT(reason_of(pth(pickle(named))), HasSubstr("not plain UTF-8"));
  }
}

TEST(ReadWeightsFile, NamesTheFile) {
  const auto tensors = read_weights_file("/nowhere/w.pth");
  ASSERT_FALSE(tensors);
  EXPECT_EQ(tensors.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(tensors.error().message, HasSubstr("/nowhere/w.pth"));
}

}  // namespace
}  // namespace kennel::network
