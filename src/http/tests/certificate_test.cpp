#include "http/certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/tests/scratch_folder.h"
#include "http/client.h"
#include "http/tests/test_service.h"
#include "http/tests/wire_client.h"
#include "http/x509.h"

namespace kennel::http {
namespace {

using Days = std::chrono::days;

class CertificateTest : public testing::Test {
 protected:
  TlsFiles make(const std::vector<std::string>& names = {}, Days later = Days(0)) {
    return *make_certificate(disk_, folder_.path(), names,
                             std::chrono::system_clock::now() + later);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return std::string(base::as_text(*base::read_file(folder_.path() / name, base::kMiB)));
  }
  [[nodiscard]] base::Path ca() const { return folder_.path() / "ca.pem"; }

  base::PosixDisk disk_;
  base::ScratchFolder folder_;
};

using Tls = CertificateTest;

mode_t mode_of(const base::Path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

TEST_F(CertificateTest, HoldsLocalNamesAndThoseGiven) {
  make({"box.example", "10.1.2.3"});
  const Certificate certificate = read_certificate(read("server.pem"));
  for (const char* name : {"localhost", "*.localhost", "*.s3.localhost", "127.0.0.1", "::1",
                           "box.example", "10.1.2.3"}) {
    EXPECT_TRUE(holds_name(*certificate, name)) << name;
  }
  EXPECT_FALSE(holds_name(*certificate, "other.example"));
  EXPECT_TRUE(is_signed_by(*certificate, *read_certificate(read("ca.pem"))));
}

TEST_F(CertificateTest, KeepsItsKeysPrivate) {
  make();
  EXPECT_EQ(mode_of(folder_.path() / "ca-key.pem"), 0600U);
  EXPECT_EQ(mode_of(folder_.path() / "server-key.pem"), 0600U);
}

TEST_F(CertificateTest, IsKeptWhileItHolds) {
  make({"a.example"});
  const std::string before = read("server.pem");
  make({"a.example"}, Days(360));
  make({"localhost"});
  EXPECT_EQ(read("server.pem"), before);
}

TEST_F(CertificateTest, IsRenewedWhenANameIsMissing) {
  make();
  const std::string authority = read("ca.pem");
  make({"a.example"});
  EXPECT_TRUE(holds_name(*read_certificate(read("server.pem")), "a.example"));
  EXPECT_EQ(read("ca.pem"), authority);
}

TEST_F(CertificateTest, IsRenewedWithin30DaysOfItsEnd) {
  make();
  const std::string before = read("server.pem");
  const std::string authority = read("ca.pem");
  make({}, Days(370));
  EXPECT_NE(read("server.pem"), before);
  EXPECT_EQ(read("ca.pem"), authority);
}

TEST_F(CertificateTest, IsMadeAnewWhenItsKeyIsAnother) {
  make();
  base::write_atomically(disk_, folder_.path() / "server-key.pem", to_pem(*make_key()));
  make();
  EXPECT_TRUE(matches(*read_certificate(read("server.pem")), *read_key(read("server-key.pem"))));
}

TEST_F(CertificateTest, SaysWhatToDoAboutABrokenAuthority) {
  make();
  base::write_atomically(disk_, folder_.path() / "ca-key.pem", std::string_view("no key"));
  const auto made = make_certificate(disk_, folder_.path());
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("remove both"), std::string::npos);
}

TEST_F(CertificateTest, RefusesANameThatIsNone) {
  for (const char* name : {"", "a b", "-a", "a..b", "a,DNS:evil.example", "a.*.b", "10.1.2.3/8"}) {
    EXPECT_FALSE(make_certificate(disk_, folder_.path(), {name})) << name;
  }
}

TEST_F(CertificateTest, LeavesNothingHalfWhenTheDiskFails) {
  for (std::uint64_t failing = 0;; ++failing) {
    base::FaultyDisk faulty(disk_, failing, ENOSPC);
    disk_.remove(folder_.path());
    try {
      if (make_certificate(faulty, folder_.path()) && faulty.operations() <= failing) break;
    } catch (const base::DiskError&) {
    }
    ASSERT_TRUE(make_certificate(disk_, folder_.path())) << failing;
  }
}

// Python checks certificates more strictly than OpenSSL does by itself.
constexpr const char* kPythonClient = R"(
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
for host in ("127.0.0.1", "localhost"):
    with urllib.request.urlopen(f"https://{host}:{sys.argv[2]}/who", context=context) as answer:
        assert answer.read() == b"127.0.0.1 tls", answer
)";

TEST_F(Tls, SatisfiesPythonsStrictVerification) {
  TestService service({.tls = make()});
  const base::Path script = folder_.path() / "client.py";
  base::write_atomically(disk_, script, std::string_view(kPythonClient));
  const std::string command = std::string(KENNEL_PYTHON) + " " + script.string() + " " +
                              ca().string() + " " + std::to_string(service.port());
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(Tls, AndPlainShareAPort) {
  TestService service({.tls = make()});
  const auto secret = fetch({.url = service.url("/who", true), .ca_file = ca()});
  ASSERT_TRUE(secret) << secret.error().message;
  EXPECT_EQ(secret->body, "127.0.0.1 tls");
  EXPECT_EQ(fetch({.url = service.url("/who")})->body, "127.0.0.1 plain");
}

TEST_F(Tls, OnlySaysSoToAPlainRequest) {
  TestService service({.tls = make(), .plain = false});
  const auto answer = fetch({.url = service.url("/who")});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 400);
  EXPECT_NE(answer->body.find("https://"), std::string::npos);
  EXPECT_EQ(fetch({.url = service.url("/who", true), .ca_file = ca()})->status, 200);
}

TEST_F(Tls, CarriesLargeBodiesBothWays) {
  TestService service({.tls = make()});
  const auto up = fetch({.method = "PUT",
                         .url = service.url("/count", true),
                         .body = std::string(5'000'000, 'x'),
                         .ca_file = ca()});
  ASSERT_TRUE(up) << up.error().message;
  EXPECT_EQ(up->body, "5000000");
  EXPECT_EQ(fetch({.url = service.url("/large", true), .ca_file = ca()})->body.size(), 300'000U);
  EXPECT_EQ(fetch({.url = service.url("/chunks", true), .ca_file = ca()})->body.size(), 100'000U);
}

TEST_F(Tls, ClientRefusesAnAuthorityThatItDoesNotKnow) {
  const base::ScratchFolder other;
  ASSERT_TRUE(make_certificate(disk_, other.path()));
  TestService service({.tls = make()});
  const auto answer = fetch({.url = service.url("/who", true), .ca_file = other.path() / "ca.pem"});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("not trusted"), std::string::npos);
}

TEST_F(Tls, HandshakeThatDoesNotEndIsCut) {
  TestService service({.tls = make(), .head_timeout = std::chrono::milliseconds(50)});
  WireClient client(service.port());
  client.send("\x16\x03\x01");
  client.read_to_the_end();
  EXPECT_FALSE(client.timed_out());
}

TEST_F(Tls, RefusesFilesThatAreNoCertificate) {
  TestHandler handler;
  aio::Runtime runtime;
  const base::Path file = folder_.path() / "x.pem";
  base::write_atomically(disk_, file, std::string_view("nothing"));
  EXPECT_FALSE(Server::listen(runtime, {.tls = TlsFiles{file, file}}, handler));
  const TlsFiles made = make();
  EXPECT_FALSE(Server::listen(runtime, {.tls = TlsFiles{made.certificate, ca()}}, handler));
}

}  // namespace
}  // namespace kennel::http
