// Public addresses, as seen in a network of the test's own: all of 93.184.216.0/24 leads back to
// this machine there, whose address is 93.184.216.1.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "base/shell_word.h"
#include "fetch/fetcher.h"
#include "fetch/tests/plain_server.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

constexpr const char* kInOwnNetwork = "KENNEL_TEST_IN_OWN_NETWORK";

ifreq request_for(const char* interface) {
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  return request;
}

void configure(int control, unsigned long action, const char* address) {
  ifreq request = request_for("lo:1");
  sockaddr_in name{};
  name.sin_family = AF_INET;
  ASSERT_EQ(::inet_pton(AF_INET, address, &name.sin_addr), 1);
  std::memcpy(&request.ifr_addr, &name, sizeof name);
  ASSERT_EQ(::ioctl(control, action, &request), 0) << std::strerror(errno);
}

void configure_own_network() {
  const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq up = request_for("lo");
  up.ifr_flags = IFF_UP;
  ASSERT_EQ(::ioctl(control, SIOCSIFFLAGS, &up), 0) << std::strerror(errno);
  configure(control, SIOCSIFADDR, "93.184.216.1");
  configure(control, SIOCSIFNETMASK, "255.255.255.0");
  ::close(control);
}

std::string command_for(const testing::TestInfo& test) {
  return fmt::format(
      "{}=1 unshare --user --map-root-user --net {} --gtest_brief=1 --gtest_filter={}.{} >&2",
      kInOwnNetwork, base::to_shell_word(std::filesystem::read_symlink("/proc/self/exe").string()),
      test.test_suite_name(), test.name());
}

// Runs the test at hand once more, in a process whose network is its own, and only there its facts.
void in_own_network(const std::function<void()>& facts) {
  if (std::getenv(kInOwnNetwork) == nullptr) {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    EXPECT_EQ(std::system(command_for(*test).c_str()), 0) << "see above";
    return;
  }
  ASSERT_NO_FATAL_FAILURE(configure_own_network());
  facts();
}

TEST(PublicNetwork, IsOpen) {
  in_own_network([] {
    const PlainServer server(answers({{"/", says(ok("abc"))}}), "93.184.216.34");
    const auto body = Fetcher({}).fetch(server.url("/"));
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(base::as_text(*body), "abc");
  });
}

TEST(PublicNetwork, IsClosedWhereItIsThisMachine) {
  in_own_network([] {
    const PlainServer server(answers({{"/", says(ok("abc"))}}), "93.184.216.1");
    const auto body = Fetcher({}).fetch(server.url("/"));
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::kDenied);
    EXPECT_THAT(body.error().message, HasSubstr("not public (of this machine)"));
    EXPECT_EQ(server.connections(), 0);
  });
}

TEST(PublicNetwork, MayRedirectWithinItself) {
  in_own_network([] {
    const PlainServer second(answers({{"/", says(ok("abc"))}}), "93.184.216.35");
    const PlainServer first(answers({{"/", says(redirect(second.url("/")))}}), "93.184.216.34");
    const auto body = Fetcher({}).fetch(first.url("/"));
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(base::as_text(*body), "abc");
  });
}

TEST(PublicNetwork, MayNotRedirectToWhatIsAllowed) {
  in_own_network([] {
    const PlainServer inner(answers({{"/", says(ok("secret"))}}));
    const PlainServer outer(answers({{"/", says(redirect(inner.url("/")))}}), "93.184.216.34");
    const Fetcher fetcher({.allowed = {parse_allowed_target(inner.authority()).value(),
                                       parse_allowed_target("127.0.0.0/8").value()}});
    EXPECT_TRUE(fetcher.fetch(inner.url("/")));
    const auto body = fetcher.fetch(outer.url("/"));
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::kDenied);
    EXPECT_THAT(body.error().message, HasSubstr("a redirect by a public server"));
    EXPECT_EQ(inner.connections(), 1);
  });
}

TEST(PublicNetwork, IsClosedOnPortsOfOtherServices) {
  in_own_network([] {
    const auto body = Fetcher({}).fetch("http://93.184.216.34:22/");
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::kDenied);
  });
}

}  // namespace
}  // namespace kennel::fetch
