// Fetching over TLS, from servers whose certificates hold and from others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "fetch/fetcher.h"
#include "fetch/tests/plain_server.h"

namespace kennel::fetch {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

template <class Value, void (*Free)(Value*)>
struct Freer {
  void operator()(Value* value) const { Free(value); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freer<SSL, SSL_free>>;

// Signed by itself, for "IP:127.0.0.1" or "DNS:...".
Certificate make_certificate(EVP_PKEY* key, const char* name) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

Context make_context(EVP_PKEY* key, X509* certificate) {
  Context context(SSL_CTX_new(TLS_server_method()));
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key), 1);
  return context;
}

// OpenSSL's own sockets write with the signal. On this thread alone: a fetch must do without.
void ignore_broken_pipes_here() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  EXPECT_EQ(::pthread_sigmask(SIG_BLOCK, &signals, nullptr), 0);
}

// A server that gives "abc" to whoever trusts it; `ca_file` is what to trust.
class TlsServer {
 public:
  enum class Manner { kAnswers, kGoesAfterItsHandshake };

  explicit TlsServer(const char* name, Manner manner = Manner::kAnswers)
      : manner_(manner),
        key_(EVP_EC_gen("P-256")),
        certificate_(make_certificate(key_.get(), name)),
        context_(make_context(key_.get(), certificate_.get())),
        ca_file_(testing::TempDir() + "fetch_ca_" + std::to_string(::getpid()) + ".pem"),
        server_([this](const Connection& connection) { talk(connection); }) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(ca_file_.c_str(), "w"),
                                                     std::fclose);
    EXPECT_EQ(PEM_write_X509(file.get(), certificate_.get()), 1);
  }
  ~TlsServer() { ::unlink(ca_file_.c_str()); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] FetchRules rules() const {
    return {.allowed = {parse_allowed_target(server_.authority()).value()}, .ca_file = ca_file_};
  }
  [[nodiscard]] std::string url() const { return "https://" + server_.authority() + "/"; }

 private:
  void talk(const Connection& connection) {
    ignore_broken_pipes_here();
    const Session session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), connection.descriptor());
    std::array<char, 4096> request;
    if (SSL_accept(session.get()) != 1 || manner_ == Manner::kGoesAfterItsHandshake) return;
    if (SSL_read(session.get(), request.data(), request.size()) <= 0) return;
    const std::string answer = ok("abc");
    SSL_write(session.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(session.get());
  }

  Manner manner_;
  Key key_;
  Certificate certificate_;
  Context context_;
  std::string ca_file_;
  PlainServer server_;  // ends first
};

TEST(FetchTls, TrustsWhomItIsToldTo) {
  const TlsServer server("IP:127.0.0.1");
  const auto body = Fetcher(server.rules()).fetch(server.url());
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(base::as_text(*body), "abc");
}

TEST(FetchTls, RefusesACertificateThatNobodyTrustedSigned) {
  const TlsServer server("IP:127.0.0.1");
  FetchRules rules = server.rules();
  rules.ca_file.clear();
  const auto body = Fetcher(rules).fetch(server.url());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(body.error().message, HasSubstr("does not hold"));
}

TEST(FetchTls, RefusesTheCertificateOfAnotherHost) {
  const TlsServer server("DNS:photos.example");
  const auto body = Fetcher(server.rules()).fetch(server.url());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(body.error().message, HasSubstr("does not hold"));
}

TEST(FetchTls, SurvivesAServerThatGoesInTheMiddle) {
  const TlsServer server("IP:127.0.0.1", TlsServer::Manner::kGoesAfterItsHandshake);
  const auto body = Fetcher(server.rules()).fetch(server.url());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::kInterrupted) << body.error().message;
}

TEST(FetchTls, RefusesAServerThatSpeaksNone) {
  const PlainServer server(
      [](const Connection& connection) { static_cast<void>(connection.send(ok("abc"))); });
  const FetchRules rules{.allowed = {parse_allowed_target(server.authority()).value()}};
  const auto body = Fetcher(rules).fetch("https://" + server.authority() + "/");
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::kInvalid);
}

TEST(FetchTls, BlamesNoCallerForAFileOfAuthoritiesThatIsNotThere) {
  const TlsServer server("IP:127.0.0.1");
  FetchRules rules = server.rules();
  rules.ca_file = "/nonexistent/ca.pem";
  EXPECT_THROW(static_cast<void>(Fetcher(rules).fetch(server.url())), std::runtime_error);
}

}  // namespace
}  // namespace kennel::fetch
