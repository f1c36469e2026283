// S3 within the test's process, under the sanitizers: bodies that stream, clients that go away,
// disks that rot.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "access/credentials.h"
#include "apps/platform.h"
#include "base/random.h"
#include "base/tests/scratch_folder.h"
#include "http/client.h"
#include "sign/sigv4.h"

namespace kennel::apps {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string random_text(std::size_t size, std::uint64_t seed = 1) {
  base::Random random(seed);
  std::string text(size, '\0');
  for (char& letter : text) letter = static_cast<char>(random.next());
  return text;
}

class ObjectStoreTest : public testing::Test {
 protected:
  ObjectStoreTest() {
    start();
    EXPECT_EQ(ask("PUT", "/dogs").status, 200);
  }

  void start() {
    PlatformOptions options;
    options.folder = ServerFolder{scratch_.path()};
    options.listen = {"127.0.0.1", 0};
    options.region = "us-east-1";
    options.account = "123456789012";
    options.quiet = true;
    auto started = Platform::start(disk_, options);
    ASSERT_TRUE(started) << started.error().message;
    platform_ = *std::move(started);
    key_ = *access::read_administrator_key(options.folder.administrator());
  }

  [[nodiscard]] http::ClientRequest make_request(const std::string& method,
                                                 const std::string& target, const std::string& body,
                                                 const base::Fields& fields = {}) const {
    const std::string authority = client_authority(platform_->address());
    http::ClientRequest request{.method = method, .url = "http://" + authority + target};
    request.fields = fields;
    request.body = body;
    base::Fields all = fields;
    all.push_back({"Host", authority});
    const auto added = sign::sign_request({method, target, all}, {key_.id, key_.secret, ""},
                                          "us-east-1", "s3", std::chrono::system_clock::now(),
                                          base::as_bytes(body), sign::PathRule::kAsSent);
    request.fields.insert(request.fields.end(), added.begin(), added.end());
    return request;
  }

  [[nodiscard]] http::ClientResponse ask(const std::string& method, const std::string& target,
                                         const std::string& body = "",
                                         const base::Fields& fields = {}) const {
    const auto answer = http::fetch(make_request(method, target, body, fields));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(http::ClientResponse{});
  }

  // A connection on which the head of a PUT and the beginning of its body were sent.
  [[nodiscard]] int begin_put(const std::string& target, const std::string& body,
                              std::size_t sent) const {
    const auto request = make_request("PUT", target, body);
    std::string text = fmt::format("PUT {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n", target,
                                   client_authority(platform_->address()), body.size());
    for (const auto& [name, value] : request.fields) text += fmt::format("{}: {}\r\n", name, value);
    text += "\r\n" + body.substr(0, sent);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(platform_->address().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    return descriptor;
  }

  [[nodiscard]] std::vector<base::Path> files_in(const char* folder) const {
    std::vector<base::Path> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(scratch_.path() / folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }

  base::ScratchFolder scratch_;
  base::PosixDisk disk_;
  std::unique_ptr<Platform> platform_;
  access::AccessKey key_;
};

TEST_F(ObjectStoreTest, GivesBackObjectsOfAnySize) {
  for (const std::size_t size :
       {0UL, 1UL, 255UL * 1024, 256UL * 1024, 256UL * 1024 + 1, 3UL * 1024 * 1024 + 7}) {
    const std::string body = random_text(size, size);
    ASSERT_EQ(ask("PUT", "/dogs/a", body).status, 200) << size;
    const auto answer = ask("GET", "/dogs/a");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body) << size;
  }
}

TEST_F(ObjectStoreTest, RefusesABodyThatIsNotWhatWasSigned) {
  for (const std::size_t size : {100UL, 1024UL * 1024}) {
    http::ClientRequest request = make_request("PUT", "/dogs/a", random_text(size));
    request.body[size / 2] ^= 1;
    const auto answer = http::fetch(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_THAT(answer->body, HasSubstr("<Code>XAmzContentSHA256Mismatch</Code>"));
  }
  EXPECT_EQ(ask("GET", "/dogs/a").status, 404);
  EXPECT_THAT(files_in("blobs"), SizeIs(0));
  EXPECT_THAT(files_in("staging"), SizeIs(0));
}

TEST_F(ObjectStoreTest, KeepsNothingOfAnUploadThatBreaksOff) {
  const std::string body = random_text(2 * 1024 * 1024);
  for (const std::size_t sent : {0UL, 1000UL, 1024UL * 1024, body.size() - 1}) {
    ::close(begin_put("/dogs/a", body, sent));
  }
  // Whoever comes later finds it gone; the broken ones end on the server's side by then.
  platform_->drain(10);
  platform_.reset();
  EXPECT_THAT(files_in("staging"), SizeIs(0));
  EXPECT_THAT(files_in("blobs"), SizeIs(0));
  start();
  EXPECT_EQ(ask("GET", "/dogs/a").status, 404);
}

TEST_F(ObjectStoreTest, CopiesWithoutASecondFile) {
  ASSERT_EQ(ask("PUT", "/dogs/a", "bark").status, 200);
  ASSERT_EQ(ask("PUT", "/dogs/b", "", {{"x-amz-copy-source", "/dogs/a"}}).status, 200);
  ASSERT_EQ(ask("DELETE", "/dogs/a").status, 204);
  EXPECT_EQ(ask("GET", "/dogs/b").body, "bark");
  EXPECT_THAT(files_in("blobs"), SizeIs(1));
}

TEST_F(ObjectStoreTest, SendsNoByteOfADamagedBlock) {
  const std::string body = random_text(3 * 1024 * 1024);
  ASSERT_EQ(ask("PUT", "/dogs/a", body).status, 200);
  const auto rot = [&](std::streamoff offset) {
    std::fstream file(files_in("blobs").at(0), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const char letter = static_cast<char>(file.get() ^ 1);
    file.seekp(offset);
    file.put(letter);
  };
  rot(10);
  EXPECT_EQ(ask("GET", "/dogs/a").status, 500);
  rot(10);
  rot(2 * 1024 * 1024 + 10);
  EXPECT_FALSE(http::fetch(make_request("GET", "/dogs/a", "")));  // cut within the body
  const auto sound = ask("GET", "/dogs/a", "", {{"Range", "bytes=0-99"}});
  EXPECT_EQ(sound.status, 206);
  EXPECT_EQ(sound.body, body.substr(0, 100));
  ASSERT_EQ(ask("PUT", "/dogs/b", body).status, 200);
  EXPECT_EQ(ask("GET", "/dogs/a").body, body);
}

TEST_F(ObjectStoreTest, TakesManyWritersOfTheSameKeys) {
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int client = 0; client < 6; ++client) {
    clients.emplace_back([&, client] {
      for (int round = 0; round < 10; ++round) {
        const std::string key = fmt::format("/dogs/{}", round % 3);
        const auto put = ask("PUT", key, fmt::format("{}-{}", client, round));
        if (put.status == 200 && ask("GET", key).status == 200) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 60);
  for (const char* key : {"/dogs/0", "/dogs/1", "/dogs/2"}) {
    EXPECT_EQ(ask("DELETE", key).status, 204);
  }
  EXPECT_EQ(ask("DELETE", "/dogs").status, 204);
}

TEST_F(ObjectStoreTest, FindsEverythingAfterAStart) {
  const std::string body = random_text(300'000);
  ASSERT_EQ(ask("PUT", "/dogs/a%20b", body, {{"x-amz-meta-breed", "boxer"}}).status, 200);
  platform_.reset();
  start();
  const auto answer = ask("GET", "/dogs/a%20b");
  EXPECT_EQ(answer.body, body);
  EXPECT_EQ(base::find_field(answer.fields, "x-amz-meta-breed"), "boxer");
}

}  // namespace
}  // namespace kennel::apps
