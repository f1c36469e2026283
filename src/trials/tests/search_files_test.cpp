#include "trials/search_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trials/search_report.h"

namespace kennel::trials {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tune::TrialState;

SearchOptions some_options() {
  return {.search = {.space = {{"rate", tune::ContinuousRange{1e-4, 0.1}},
                               {"kind", tune::CategoricalRange{{"a,b", "<b>c"}}}},
                     .trials_max = 3,
                     .epochs = 2},
          .objective = {"valid loss", false}};
}

TrialRecords some_trials() {
  TrialRecords trials;
  const std::vector<Event> events{Begun{1, {0.01, "a,b"}, 2, 0},
                                  EpochDone{1, 1, 0.5},
                                  EpochDone{1, 2, 0.25},
                                  Ended{1, TrialState::kCompleted, "", 1.5},
                                  Begun{2, {0.1, "<b>c"}, 2, 1.5},
                                  EpochDone{2, 1, std::nan("")},
                                  Ended{2, TrialState::kFailed, "said \"no\"", 2}};
  for (const Event& event : events) EXPECT_TRUE(apply_event(event, trials));
  return trials;
}

TEST(TrialsCsvTest, HasALineForEachTrial) {
  EXPECT_EQ(trials_csv(some_options(), some_trials()),
            "trial,state,rate,kind,objective,best_epoch,epochs,seconds,reason\n"
            "1,completed,0.01,\"a,b\",0.25,2,2,1.500,\n"
            "2,failed,0.1,<b>c,,,1,0.500,\"said \"\"no\"\"\"\n");
}

TEST(TuningJsonTest, TellsAllOfIt) {
  const auto json = tuning_json(some_options(), {some_trials(), SearchEnding::kTime, 2});
  EXPECT_EQ(json["best"], 1);
  EXPECT_EQ(json["ending"], "time");
  EXPECT_EQ(json["trials"][0]["values"], (nlohmann::json{{"rate", 0.01}, {"kind", "a,b"}}));
  EXPECT_EQ(json["trials"][1]["objective"], nullptr);
  EXPECT_EQ(json["search"]["objective"], "valid loss");
}

TEST(SearchReportTest, ShowsTheBestAndEscapesWhatOthersWrote) {
  const std::string page = search_report(
      some_options(), {some_trials(), SearchEnding::kAllTrials, 2},
      {.subject = "photos", .reproduce = "kennel train photos", .scores = {{"test top-1", 0.9}}});
  EXPECT_THAT(page, HasSubstr("kennel train photos"));
  EXPECT_THAT(page, HasSubstr("median rule"));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;c"));
  EXPECT_THAT(page, Not(HasSubstr("<b>c")));
}

TEST(SearchReportTest, WithoutAnyValueItSaysSo) {
  const std::string page = search_report(some_options(), {{}, SearchEnding::kInterrupted, 0}, {});
  EXPECT_THAT(page, HasSubstr("No trial had a value of the objective"));
}

}  // namespace
}  // namespace kennel::trials
