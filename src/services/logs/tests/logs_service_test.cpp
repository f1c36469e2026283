#include "services/logs/logs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/logs/words.h"
#include "store/memory_records.h"

namespace kennel::services::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::int64_t kForEver = INT64_MAX;
constexpr const char* kArn = "arn:aws:logs:us-east-1:123456789012:log-group:dogs";

class LogsServiceTest : public testing::Test {
 protected:
  LogsServiceTest() {
    clock_.advance(std::chrono::milliseconds(kNow));
    EXPECT_TRUE(room_.create_group({.name = "dogs"}));
  }

  template <class Operation>
  auto ask(const typename Operation::Input& input) {
    return logs_.handle(Operation{}, call_, input);
  }

  void append(const std::string& stream, std::vector<std::pair<std::int64_t, std::string>> events) {
    std::vector<observe::LogLine> lines;
    for (auto& [offset, message] : events) {
      lines.push_back({from_wire(kNow + offset), std::move(message)});
    }
    ASSERT_TRUE(room_.append("dogs", stream, lines));
  }

  std::vector<std::string> filter(FilterLogEventsRequest input) {
    input.log_group_name = "dogs";
    std::vector<std::string> messages;
    for (;;) {
      const auto page = ask<FilterLogEvents>(input).value();
      for (const auto& event : *page.events) messages.push_back(event.message.value());
      if (!page.next_token) return messages;
      input.next_token = page.next_token;
    }
  }

  GetLogEventsRequest reading(const std::optional<std::string>& token = {}) {
    GetLogEventsRequest input;
    input.log_group_name = "dogs";
    input.log_stream_name = "a";
    input.start_from_head = true;
    input.next_token = token;
    return input;
  }

  std::vector<std::string> read(const GetLogEventsRequest& input) {
    const auto answer = ask<GetLogEvents>(input).value();
    std::vector<std::string> messages;
    for (const auto& event : *answer.events) messages.push_back(event.message.value());
    return messages;
  }

  std::vector<std::string> describe_streams(DescribeLogStreamsRequest input) {
    input.log_group_name = "dogs";
    std::vector<std::string> names;
    for (;;) {
      const auto page = ask<DescribeLogStreams>(input).value();
      for (const auto& stream : *page.log_streams) names.push_back(stream.log_stream_name.value());
      if (!page.next_token) return names;
      input.next_token = page.next_token;
    }
  }

  store::MemoryRecords records_;
  base::ManualClock clock_;
  observe::Logs room_{records_, clock_};
  Logs logs_{room_, "123456789012"};
  access::Caller caller_;
  wire::Call call_{caller_, "us-east-1", "request", "127.0.0.1",
                   wire::TimePoint(std::chrono::milliseconds(kNow))};
};

TEST_F(LogsServiceTest, TakesAnEndThatNoClockReaches) {
  append("a", {{0, "woof"}});
  GetLogEventsRequest get = reading();
  get.end_time = kForEver;
  EXPECT_THAT(read(get), ElementsAre("woof"));
  FilterLogEventsRequest input;
  input.end_time = kForEver;
  EXPECT_THAT(filter(input), ElementsAre("woof"));
  input.start_time = kForEver;
  EXPECT_THAT(filter(input), IsEmpty());
}

TEST_F(LogsServiceTest, RejectsAnEventOfAYearThatNoClockReaches) {
  append("a", {});
  PutLogEventsRequest input;
  input.log_group_name = "dogs";
  input.log_stream_name = "a";
  input.log_events = {{kForEver, "late"}};
  const auto answer = ask<PutLogEvents>(input).value();
  EXPECT_EQ(answer.rejected_log_events_info->too_new_log_event_start_index, 0);
  EXPECT_THAT(read(reading()), IsEmpty());
}

TEST_F(LogsServiceTest, FiltersUpToAndWithTheEndAndReadsUpToIt) {
  append("a", {{0, "at"}, {1, "behind"}});
  FilterLogEventsRequest input;
  input.end_time = kNow;
  EXPECT_THAT(filter(input), ElementsAre("at"));
  GetLogEventsRequest get = reading();
  get.end_time = kNow;
  EXPECT_THAT(read(get), IsEmpty());
}

TEST_F(LogsServiceTest, FiltersStreamsInTheOrderOfTimeWhateverAPageHolds) {
  append("a", {{0, "0"}, {5, "5"}, {9, "9"}});
  append("b", {{4, "4"}, {6, "6"}});
  append("c", {{20, "20"}});
  append("empty", {});
  for (const int limit : {1, 2, 4, 100}) {
    FilterLogEventsRequest input;
    input.limit = limit;
    EXPECT_THAT(filter(input), ElementsAre("0", "4", "5", "6", "9", "20")) << limit;
    input.filter_pattern = "-5";
    EXPECT_THAT(filter(input), ElementsAre("0", "4", "6", "9", "20")) << limit;
  }
}

TEST_F(LogsServiceTest, FiltersEventsOfOneMomentOnce) {
  for (const char* stream : {"a", "b", "c"}) {
    append(stream, {{0, fmt::format("{}1", stream)}, {0, fmt::format("{}2", stream)}});
  }
  for (const int limit : {1, 2, 3, 4, 5}) {
    FilterLogEventsRequest input;
    input.limit = limit;
    auto messages = filter(input);
    std::ranges::sort(messages);
    EXPECT_THAT(messages, ElementsAre("a1", "a2", "b1", "b2", "c1", "c2")) << limit;
  }
}

TEST_F(LogsServiceTest, FiltersMoreEventsThanAreReadAtOnce) {
  std::vector<std::pair<std::int64_t, std::string>> events;
  for (int i = 0; i < 1000; ++i) events.emplace_back(i / 300, std::to_string(i));
  append("a", events);
  const auto messages = filter({});
  ASSERT_THAT(messages, SizeIs(1000));
  for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i], std::to_string(i));
}

TEST_F(LogsServiceTest, AnswersNoMoreThanAMebibyteOfMessages) {
  append("a", {{0, std::string(200'000, 'x')}, {1, std::string(200'000, 'x')}});
  for (int i = 0; i < 5; ++i) append("b", {{i, std::string(200'000, 'y')}});
  FilterLogEventsRequest input;
  input.log_group_name = "dogs";
  const auto page = ask<FilterLogEvents>(input).value();
  EXPECT_THAT(*page.events, SizeIs(5));
  EXPECT_TRUE(page.next_token);
  EXPECT_THAT(filter(input), SizeIs(7));
}

TEST_F(LogsServiceTest, FiltersAStreamThatIsNamedTwiceOnce) {
  append("a", {{0, "woof"}});
  FilterLogEventsRequest input;
  input.log_stream_names = std::vector<std::string>{"a", "a"};
  EXPECT_THAT(filter(input), ElementsAre("woof"));
}

TEST_F(LogsServiceTest, RefusesToFilterBackwards) {
  FilterLogEventsRequest input;
  input.log_group_name = "dogs";
  input.start_from_head = false;
  EXPECT_EQ(ask<FilterLogEvents>(input).error().code, "InvalidParameterException");
}

TEST_F(LogsServiceTest, GivesTheTokenBackThatAnEmptyPageWasAskedWith) {
  append("a", {{0, "0"}, {1, "1"}, {2, "2"}});
  const auto all = ask<GetLogEvents>(reading()).value();
  const auto beyond = ask<GetLogEvents>(reading(all.next_forward_token)).value();
  EXPECT_EQ(beyond.next_forward_token, all.next_forward_token);
  EXPECT_THAT(read(reading(beyond.next_backward_token)), ElementsAre("0", "1", "2"));
  const auto before = ask<GetLogEvents>(reading(all.next_backward_token)).value();
  EXPECT_THAT(*before.events, IsEmpty());
  EXPECT_EQ(before.next_backward_token, all.next_backward_token);
  EXPECT_THAT(read(reading(before.next_forward_token)), ElementsAre("0", "1", "2"));
}

TEST_F(LogsServiceTest, RefusesTokensThatAreNone) {
  append("a", {});
  const std::string zeros(27, '0');
  for (const std::string& token :
       {std::string("f/1/s"), fmt::format("f/-{}5{}0/s", zeros.substr(1), zeros),
        fmt::format("f/{0}0{1}/s", zeros, std::string(28, '9')), std::string("x")}) {
    EXPECT_EQ(ask<GetLogEvents>(reading(token)).error().code, "InvalidParameterException") << token;
    FilterLogEventsRequest input;
    input.log_group_name = "dogs";
    input.next_token = to_token(token);
    EXPECT_EQ(ask<FilterLogEvents>(input).error().code, "InvalidParameterException") << token;
  }
}

TEST_F(LogsServiceTest, DescribesStreamsByNameInBothDirections) {
  for (const char* name : {"job-2", "job-1", "other"}) append(name, {});
  DescribeLogStreamsRequest input;
  input.limit = 1;
  EXPECT_THAT(describe_streams(input), ElementsAre("job-1", "job-2", "other"));
  input.descending = true;
  EXPECT_THAT(describe_streams(input), ElementsAre("other", "job-2", "job-1"));
  input.log_stream_name_prefix = "job-";
  EXPECT_THAT(describe_streams(input), ElementsAre("job-2", "job-1"));
}

TEST_F(LogsServiceTest, DescribesStreamsByTheirLastEvent) {
  append("a", {{3, "x"}});
  append("b", {{1, "x"}});
  append("c", {{2, "x"}});
  append("none", {});
  DescribeLogStreamsRequest input;
  input.order_by = "LastEventTime";
  input.limit = 1;
  EXPECT_THAT(describe_streams(input), ElementsAre("none", "b", "c", "a"));
  input.descending = true;
  EXPECT_THAT(describe_streams(input), ElementsAre("a", "c", "b", "none"));
}

TEST_F(LogsServiceTest, GoesOnWhereAStreamMovedOrIsGone) {
  append("a", {{3, "x"}});
  append("b", {{2, "x"}});
  append("c", {{1, "x"}});
  DescribeLogStreamsRequest input;
  input.log_group_name = "dogs";
  input.order_by = "LastEventTime";
  input.descending = true;
  input.limit = 2;
  const auto first = ask<DescribeLogStreams>(input).value();
  append("b", {{9, "x"}});
  ASSERT_TRUE(room_.remove_stream("dogs", "a"));
  input.next_token = first.next_token;
  const auto rest = ask<DescribeLogStreams>(input).value();
  ASSERT_THAT(*rest.log_streams, SizeIs(1));
  EXPECT_EQ(rest.log_streams->front().log_stream_name, "c");
}

TEST_F(LogsServiceTest, TakesAGroupByNameOrByAnArnOfThisAccount) {
  append("a", {{0, "woof"}});
  GetLogEventsRequest input = reading();
  input.log_group_name.reset();
  for (const std::string& identifier :
       {std::string("dogs"), std::string(kArn), fmt::format("{}:*", kArn)}) {
    input.log_group_identifier = identifier;
    EXPECT_THAT(read(input), ElementsAre("woof")) << identifier;
  }
  for (const char* other : {"arn:aws:logs:us-east-1:999999999999:log-group:dogs",
                            "arn:aws:logs:eu-west-1:123456789012:log-group:dogs"}) {
    input.log_group_identifier = other;
    EXPECT_EQ(ask<GetLogEvents>(input).error().code, "ResourceNotFoundException") << other;
  }
  input.log_group_name = "dogs";
  EXPECT_EQ(ask<GetLogEvents>(input).error().code, "InvalidParameterException");
}

TEST_F(LogsServiceTest, NamesTheGroupThatAPolicyIsAskedAbout) {
  const auto look_up = logs_.bind().look_up;
  EXPECT_EQ(look_up("log_group", "dogs"), "dogs");
  EXPECT_EQ(look_up("log_group", fmt::format("{}:*", kArn)), "dogs");
}

TEST_F(LogsServiceTest, TagsAGroupByItsOwnArnAlone) {
  TagResourceRequest input;
  input.tags = {{"team", "dogs"}};
  for (const std::string& other :
       {std::string("dogs"), fmt::format("{}:*", kArn),
        std::string("arn:aws:logs:us-east-1:999999999999:log-group:dogs"),
        std::string("arn:aws:logs:us-east-1:123456789012:log-group:")}) {
    input.resource_arn = other;
    EXPECT_EQ(ask<TagResource>(input).error().code, "InvalidParameterException") << other;
  }
  input.resource_arn = kArn;
  ASSERT_TRUE(ask<TagResource>(input));
  EXPECT_THAT(*ask<ListTagsForResource>({kArn})->tags, ElementsAre(testing::Pair("team", "dogs")));
  for (int i = 0; i < 50; ++i) input.tags[std::to_string(i)] = "";
  EXPECT_EQ(ask<TagResource>(input).error().code, "TooManyTagsException");
}

TEST_F(LogsServiceTest, DescribesTheGroupsThatAreAskedFor) {
  ASSERT_TRUE(room_.create_group({.name = "cats"}));
  DescribeLogGroupsRequest input;
  input.log_group_identifiers = std::vector<std::string>{kArn, "missing"};
  const auto named = ask<DescribeLogGroups>(input).value();
  ASSERT_THAT(*named.log_groups, SizeIs(1));
  EXPECT_EQ(named.log_groups->front().log_group_arn, kArn);
  input = {};
  input.log_group_name_pattern = "at";
  EXPECT_EQ(ask<DescribeLogGroups>(input)->log_groups->front().log_group_name, "cats");
  input.log_group_name_prefix = "c";
  EXPECT_EQ(ask<DescribeLogGroups>(input).error().code, "InvalidParameterException");
  input = {};
  input.log_group_class = "INFREQUENT_ACCESS";
  EXPECT_THAT(*ask<DescribeLogGroups>(input)->log_groups, IsEmpty());
}

}  // namespace
}  // namespace kennel::services::logs
