#include "instance/exchange.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

namespace kennel::instance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kWidth = 4;

std::vector<SharedPhoto> photos(const std::string& from, int count) {
  std::vector<SharedPhoto> list;
  for (int number = 0; number < count; ++number) {
    const auto path = fmt::format("train/a/{}-{}.jpg", from, number);
    list.push_back({.class_name = "a",
                    .path = path,
                    .digest = base::sha256(base::as_bytes(path)),
                    .features = {static_cast<float>(number), 1, 2, 3}});
  }
  return list;
}

// algo-1 listens on a free port of this machine.
class Exchange : public testing::Test {
 protected:
  Meeting meeting(const std::string& host, int hosts = 2) {
    Meeting meeting{.current_host = host,
                    .port = listener_->port(),
                    .token = "ours",
                    .space = base::sha256(base::as_bytes("space")),
                    .width = kWidth};
    for (int number = 1; number <= hosts; ++number) {
      meeting.hosts.push_back(fmt::format("algo-{}", number));
      meeting.addresses[meeting.hosts.back()] = "127.0.0.1";
    }
    return meeting;
  }

  base::Result<void> collect(int hosts = 2) {
    return collect_photos(
        *listener_, meeting("algo-1", hosts), patience(),
        {.on_photos =
             [this](const std::string& host, std::vector<SharedPhoto> some) {
               for (auto& one : some) taken_[host].push_back(one.path);
             },
         .on_done = [this](const std::string& host, std::uint64_t count) { done_[host] = count; },
         .on_note = [this](const std::string& note) { notes_.push_back(note); }});
  }

  base::Result<void> send(const Meeting& from, int count) const {
    KENNEL_TRY(Connection connection, join(from, patience()));
    return send_photos(connection, from, photos(from.current_host, count), patience());
  }
  [[nodiscard]] Patience patience() const {
    return {.clock = clock_, .stop = &stop_, .meeting = meeting_, .silence = meeting_};
  }

  std::optional<Listener> listener_{Listener::open("127.0.0.1", 0).value()};
  base::SystemClock clock_;
  std::atomic<bool> stop_{false};
  std::chrono::seconds meeting_{60};
  std::map<std::string, std::vector<std::string>> taken_;
  std::map<std::string, std::uint64_t> done_;
  std::vector<std::string> notes_;
};

TEST_F(Exchange, TakesThePhotosOfAllInstances) {
  std::vector<std::jthread> others;
  std::atomic<int> sent{0};
  for (int number = 2; number <= 4; ++number) {
    others.emplace_back([&, from = meeting(fmt::format("algo-{}", number), 4), number] {
      if (send(from, 10'000 * number)) ++sent;  // several frames each
    });
  }
  const auto collected = collect(4);
  others.clear();
  ASSERT_TRUE(collected) << collected.error().message;
  EXPECT_EQ(sent, 3);
  for (int number = 2; number <= 4; ++number) {
    const auto host = fmt::format("algo-{}", number);
    EXPECT_EQ(done_[host], 10'000U * static_cast<unsigned>(number));
    ASSERT_EQ(taken_[host].size(), done_[host]);
    EXPECT_EQ(taken_[host].back(), photos(host, 10'000 * number).back().path);
  }
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(Exchange, TakesAnInstanceWithoutPhotos) {
  auto sent = std::async(std::launch::async,
                         [&, from = meeting("algo-2")] { return send(from, 0).has_value(); });
  ASSERT_TRUE(collect());
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(done_["algo-2"], 0U);
}

TEST_F(Exchange, EndsWhenAnInstanceGoesAway) {
  {
    const auto connection = join(meeting("algo-2"), patience());
  }
  EXPECT_THAT(collect().error().message,
              HasSubstr("algo-2: another instance ended before its work was done"));
}

TEST_F(Exchange, EndsWithTheReasonOfAnInstanceThatFails) {
  auto connection = join(meeting("algo-2"), patience());
  ASSERT_TRUE(connection);
  send_error(*connection, "the photos are gone", patience());
  EXPECT_THAT(collect().error().message, HasSubstr("algo-2: the photos are gone"));
}

TEST_F(Exchange, EndsWhenAlgoOneGoesAway) {
  const auto from = meeting("algo-2");
  auto connection = join(from, patience());
  ASSERT_TRUE(connection);
  listener_.reset();
  const auto sent = send_photos(*connection, from, photos("algo-2", 100), patience());
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().message, HasSubstr("ended before its work was done"));
}

TEST_F(Exchange, EndsWhenAnInstanceNeverComes) {
  meeting_ = std::chrono::seconds(0);
  EXPECT_THAT(collect(3).error().message, HasSubstr("waiting for algo-2, algo-3"));
  const auto from = meeting("algo-2");
  listener_.reset();
  EXPECT_THAT(join(from, patience()).error().message, HasSubstr("waited for in vain"));
}

TEST_F(Exchange, EndsWhenTheJobIsStopped) {
  stop_ = true;
  EXPECT_EQ(collect().error().kind, base::ErrorKind::kInterrupted);
}

TEST_F(Exchange, WaitsForAlgoOneToListen) {
  const auto from = meeting("algo-2");
  const auto port = listener_->port();
  listener_.reset();
  auto sent = std::async(std::launch::async, [&] { return send(from, 5).has_value(); });
  listener_.emplace(Listener::open("127.0.0.1", port).value());
  EXPECT_TRUE(collect());
  EXPECT_TRUE(sent.get());
}

TEST_F(Exchange, TurnsAwayWhoeverDoesNotBelongToTheJob) {
  auto stranger = meeting("algo-2");
  stranger.token = "theirs";
  const auto one = join(stranger, patience());
  const auto two = join(meeting("algo-9"), patience());
  auto three = Connection::open("127.0.0.1", listener_->port(), patience());
  ASSERT_TRUE(three && three->send({FrameKind::kThanks, {}}, patience()));
  auto sent = std::async(std::launch::async,
                         [&, from = meeting("algo-2")] { return send(from, 5).has_value(); });
  ASSERT_TRUE(collect());
  EXPECT_TRUE(sent.get());
  EXPECT_THAT(notes_,
              ElementsAre(HasSubstr("its token is not this job's"),
                          HasSubstr("it is no instance of this job"), HasSubstr("is no hello")));
}

TEST_F(Exchange, RefusesFeaturesOfAnotherSpace) {
  auto from = meeting("algo-2");
  from.space = base::sha256(base::as_bytes("another space"));
  auto sent = std::async(std::launch::async, [&] { return send(from, 0).error().message; });
  EXPECT_THAT(collect().error().message, HasSubstr("computes other features"));
  EXPECT_THAT(sent.get(), HasSubstr("computes other features"));
}

TEST_F(Exchange, RefusesACountThatIsWrong) {
  auto connection = join(meeting("algo-2"), patience());
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->send(to_done(3), patience()));
  EXPECT_THAT(collect().error().message, HasSubstr("more or fewer photos than it says"));
}

TEST(Listener, RefusesAnAddressThatIsNotItsOwn) {
  const auto listener = Listener::open("203.0.113.7", 0);
  ASSERT_FALSE(listener);
  EXPECT_THAT(listener.error().message, HasSubstr("cannot listen at 203.0.113.7:0"));
}

}  // namespace
}  // namespace kennel::instance
