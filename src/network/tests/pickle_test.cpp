#include "network/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/tests/pickle_program.h"

namespace kennel::network {
namespace {

using base::ErrorKind;
using program::dict_of;
using program::global;
using program::integer;
using program::pickle;
using program::raw;
using program::storage;
using program::tensor;
using program::text;
using program::tuple;
using testing::HasSubstr;

base::Result<Pickle> load(const std::string& bytes) {
  // Its own block of memory, so that a read behind the end is seen.
  const base::Bytes copy(bytes.begin(), bytes.end());
  auto loaded = load_pickle(copy);
  if (loaded) loaded->root = PickleNone{};  // may point into the copy
  return loaded;
}

std::string refusal_of(const std::string& instructions) {
  const auto loaded = load(pickle(instructions));
  return loaded ? "not refused" : loaded.error().message;
}

template <class T>
T root_of(const std::string& bytes) {
  const auto loaded = load_pickle(base::as_bytes(bytes));
  base::check(loaded && std::holds_alternative<T>(loaded->root), "the pickle is of this type");
  return std::get<T>(loaded->root);
}

TEST(Pickle, ReadsScalars) {
  EXPECT_EQ(root_of<bool>(pickle("\x88")), true);
  EXPECT_EQ(root_of<std::int64_t>(pickle(raw("K\xff"))), 255);
  EXPECT_EQ(root_of<std::int64_t>(pickle(raw("J\xfe\xff\xff\xff"))), -2);
  EXPECT_EQ(root_of<std::int64_t>(pickle(raw("\x8a\x02\x00\x80"))), -32768);
  EXPECT_EQ(root_of<std::int64_t>(pickle(raw("\x8a\x00"))), 0);
  EXPECT_EQ(root_of<double>(pickle(raw("G\x3f\xf8\x00\x00\x00\x00\x00\x00"))), 1.5);
  const std::string word = pickle(text("word"));
  EXPECT_EQ(root_of<std::string_view>(word), "word");
}

TEST(Pickle, ReadsContainersAndWhatItKept) {
  const std::string bytes = pickle(raw("](K\x01K\x02") + raw("q\x05") + raw("h\x05") + "e");
  const auto loaded = load_pickle(base::as_bytes(bytes));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->sequences[std::get<ListId>(loaded->root).index].size(), 3U);
  EXPECT_EQ(loaded->byte_count, bytes.size());
}

TEST(Pickle, ReadsTheOrderedDictThatPython2Wrote) {
  const std::string pairs = raw("](](") + text("a") + "K\x01" + "e](" + text("b") + "K\x02" + "ee";
  const std::string bytes = pickle(global("collections", "OrderedDict") + tuple({pairs}) + "R");
  const auto loaded = load_pickle(base::as_bytes(bytes));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->dicts[std::get<DictId>(loaded->root).index].items.size(), 2U);
}

TEST(Pickle, SurvivesAListInsideItself) { EXPECT_TRUE(load(pickle(raw("]q\x00h\x00") + "a"))); }

TEST(Pickle, SurvivesAMillionNestedTuples) {
  EXPECT_TRUE(load(pickle(raw(")") + std::string(1'000'000, '\x85'))));
}

struct Attack {
  const char* name;
  std::string instructions;
  const char* reason;
};

class HostilePickle : public testing::TestWithParam<Attack> {};

TEST_P(HostilePickle, IsRefusedByName) {
  EXPECT_THAT(refusal_of(GetParam().instructions), HasSubstr(GetParam().reason));
}

const std::string kTouch = text("touch /tmp/owned");

INSTANTIATE_TEST_SUITE_P(
    Calls, HostilePickle,
    testing::Values(
        Attack{"Reduce", global("posix", "system") + tuple({kTouch}) + "R",
               "refused posix.system: a weights file may hold tensors and containers only"},
        Attack{"Global", global("builtins", "eval"), "refused builtins.eval"},
        Attack{"Python2Global", global("__builtin__", "exec"), "refused __builtin__.exec"},
        Attack{
            "StackGlobal",
            raw("\x8c\x05") + "posix" + raw("\x8c\x06") + "system" + "\x93" + tuple({kTouch}) + "R",
            "refused posix.system"},
        Attack{"Inst", raw("(") + kTouch + "iposix\nsystem\n", "refused posix.system"},
        Attack{"Nested", dict_of(dict_of(global("posix", "system") + tuple({kTouch}) + "R")),
               "refused posix.system"},
        Attack{"Import", global("torch.hub", "load"), "refused torch.hub.load"},
        Attack{"Dotted", global("torch", "_utils._rebuild_tensor_v2"),
               "refused torch._utils._rebuild_tensor_v2"},
        Attack{"OtherRebuild", global("torch._utils", "_rebuild_device_tensor_from_numpy"),
               "refused torch._utils._rebuild_device_tensor_from_numpy"},
        Attack{"TerminalEscape", global("os", "\x1b[2Jsystem"), "refused os.?[2Jsystem"},
        Attack{"Obj", raw("(") + kTouch + "o", "refused the pickle instruction OBJ"},
        Attack{"NewObj", raw(")") + raw("\x81"), "refused the pickle instruction NEWOBJ"},
        Attack{"NewObjEx", raw("\x92"), "refused the pickle instruction NEWOBJ_EX"},
        Attack{"Extension", raw("\x82\x01"), "refused the pickle instruction EXT1"},
        Attack{"Persid", "Pevil\n", "refused the pickle instruction PERSID"},
        Attack{"BuildOnADict", "}}b", "refused the attributes of a plain dict"},
        Attack{"BuildOnATensor", tensor(storage("0", 4), {0, {4}, {1}}) + "}b",
               "a tensor where an OrderedDict is needed"},
        Attack{"CallOfText", kTouch + ")R", "a string where a callable is needed"},
        Attack{"CallOfAStorageClass", global("torch", "FloatStorage") + ")R",
               "a storage class where a callable is needed"},
        Attack{"PersistentModule", tuple({text("module"), text("x")}) + "Q",
               "refused the persistent id 'module'"},
        Attack{"PersistentText", text("storage") + "Q", "a string where a tuple of a storage"},
        Attack{"TensorMetadata",
               global("torch._utils", "_rebuild_tensor_v2") +
                   tuple({storage("0", 4), integer(0), ")", ")", "\x89", "}",
                          raw("}") + text("neg") + raw("\x88") + "s"}) +
                   "R",
               "refused the metadata of a tensor"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Shapes, HostilePickle,
    testing::Values(
        Attack{"HugeLong4", raw("\x8b\xff\xff\xff\x7f"), "an integer of 2147483647 bytes"},
        Attack{"LongOfTenBytes", raw("\x8a\x0a") + std::string(10, 'x'), "an integer of 10 bytes"},
        Attack{"HugeText", raw("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"), "truncated"},
        Attack{"HugeFrame", raw("\x95\xff\xff\xff\xff\xff\xff\xff\xff"), "longer than the file"},
        Attack{"MemoNeverPut", raw("j\xff\xff\xff\xff"), "nothing was kept under 4294967295"},
        Attack{"MemoOfNothing", raw("q\x00"), "nothing to keep"},
        Attack{"PopBelowTheMark", raw("N(") + raw("\x85"), "finds nothing on the stack"},
        Attack{"NoMark", "t", "finds no mark"}, Attack{"LeftOvers", "NN", "left over"},
        Attack{"OpenMark", "N(", "finds nothing on the stack"},
        Attack{"OddItems", "}(Nu", "a key without a value"},
        Attack{"AppendToATuple", ")Na", "a tuple where a list is needed"},
        Attack{"ItemOfAList", "]NNs", "a list where a dict is needed"},
        Attack{"UnknownInstruction", raw("\xff"), "no instruction: 0xff"},
        Attack{"NegativeStorage", storage("0", -1), "has -1 elements"},
        Attack{"EndlessStorage", storage("0", std::int64_t{1} << 62), "elements"},
        Attack{"TwoTypesOfOneStorage", storage("0", 4) + storage("0", 4, "LongStorage"),
               "described twice"},
        Attack{"ManyDimensions", tensor(storage("0", 4), {0, std::vector<std::int64_t>(17, 1), {}}),
               "17 dimensions"},
        Attack{"FewArguments",
               global("torch._utils", "_rebuild_tensor_v2") + tuple({storage("0", 4)}) + "R",
               "with 1 arguments"}),
    [](const auto& test) { return test.param.name; });

// Ten times the tuple before, a hundred times over: 10^100 values, were they expanded.
TEST(Pickle, DoesNotExpandAMemoBomb) {
  std::string bomb = raw(")") + raw("q\x00");
  for (int level = 0; level < 100; ++level) {
    bomb += "(";
    for (int copy = 0; copy < 10; ++copy) bomb += raw("h\x00");
    bomb += raw("t") + raw("q\x00\x86");
  }
  EXPECT_TRUE(load(pickle(bomb)));
}

TEST(Pickle, RefusesMoreValuesThanItsLimit) {
  EXPECT_THAT(refusal_of(std::string((std::size_t{1} << 22) + 1, 'N')),
              HasSubstr("more than 4194304 values"));
}

// One list of 100,000 pairs, turned into a dict 100 times.
TEST(Pickle, RefusesWorkThatGrowsAsASquare) {
  std::string pairs = "](";
  for (int i = 0; i < 100'000; ++i) pairs += i == 0 ? raw("](NNe") + raw("q\x00") : raw("h\x00");
  pairs += raw("e") + raw("q\x01");
  std::string calls;
  for (int i = 0; i < 100; ++i) {
    calls += global("collections", "OrderedDict") + raw("h\x01\x85") + "R";
  }
  EXPECT_THAT(refusal_of(pairs + calls), HasSubstr("more than 4194304 values"));
}

TEST(Pickle, RefusesOtherProtocols) {
  EXPECT_THAT(load(raw("\x80\x06N.")).error().message, HasSubstr("protocol 6"));
  EXPECT_THAT(load("(lp0\n.").error().message, HasSubstr("not of protocol 2 to 5"));
}

TEST(Pickle, IsCorruptWhereverItIsCut) {
  const std::string whole =
      pickle(global("collections", "OrderedDict") + ")R(" + text("w") +
             tensor(storage("0", 4), {0, {2, 2}, {2, 1}}) + text("x") + raw("\x8c\x01y") + "u");
  ASSERT_TRUE(load(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto loaded = load(whole.substr(0, size));
    ASSERT_FALSE(loaded) << size;
    EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupt) << size;
    EXPECT_THAT(loaded.error().message, HasSubstr("truncated")) << size;
  }
}

}  // namespace
}  // namespace kennel::network
