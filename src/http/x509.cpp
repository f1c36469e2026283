#include "http/x509.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "base/field.h"
#include "http/grammar.h"

namespace kennel::http {

namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

// What fails here is memory or a mistake of ours: nothing foreign comes in.
void require(bool holds) { base::check(holds, "OpenSSL makes a certificate"); }

void add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr);
  require(X509_add_ext(&certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void set_random_serial(X509& certificate) {
  std::array<unsigned char, 16> bytes;
  require(RAND_bytes(bytes.data(), bytes.size()) == 1);
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3f) | 0x40);  // positive, never short
  BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  require(number != nullptr);
  require(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(&certificate)) != nullptr);
  BN_free(number);
}

void set_times(X509& certificate, Moment from, Moment until) {
  require(ASN1_TIME_set(X509_getm_notBefore(&certificate),
                        std::chrono::system_clock::to_time_t(from)) != nullptr);
  require(ASN1_TIME_set(X509_getm_notAfter(&certificate),
                        std::chrono::system_clock::to_time_t(until)) != nullptr);
}

void add_common_name(X509& certificate, std::string_view common_name) {
  X509_NAME* name = X509_get_subject_name(&certificate);
  const auto add = [&](const char* part, std::string_view value) {
    require(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), -1, 0) == 1);
  };
  add("O", "kennel");
  add("CN", common_name);
}

Certificate begin_certificate(EVP_PKEY& key, std::string_view common_name, Moment from,
                              Moment until) {
  Certificate certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_random_serial(*certificate);
  set_times(*certificate, from, until);
  add_common_name(*certificate, common_name);
  require(X509_set_pubkey(certificate.get(), &key) == 1);
  return certificate;
}

std::string to_text(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio read_from(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label,
                             [](char letter) { return is_alphanumeric(letter) || letter == '-'; });
}

}  // namespace

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

Certificate make_authority(EVP_PKEY& key, std::string_view common_name, Moment from, Moment until) {
  Certificate made = begin_certificate(key, common_name, from, until);
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1);
  add_extension(*made, *made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(*made, *made, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(*made, *made, NID_ext_key_usage, "serverAuth");
  add_extension(*made, *made, NID_subject_key_identifier, "hash");
  add_extension(*made, *made, NID_authority_key_identifier, "keyid:always");
  require(X509_sign(made.get(), &key, EVP_sha256()) > 0);
  return made;
}

Certificate make_server_certificate(const Authority& authority, EVP_PKEY& key,
                                    const std::vector<std::string>& names, Moment from,
                                    Moment until) {
  X509& issuer = *authority.certificate;
  Certificate made = begin_certificate(key, "kennel server", from, until);
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(&issuer)) == 1);
  std::string alternatives;
  for (const std::string& name : names) {
    alternatives += (alternatives.empty() ? "" : ",");
    alternatives += (is_ip_address(name) ? "IP:" : "DNS:") + name;
  }
  add_extension(*made, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*made, issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(*made, issuer, NID_ext_key_usage, "serverAuth");
  add_extension(*made, issuer, NID_subject_key_identifier, "hash");
  add_extension(*made, issuer, NID_authority_key_identifier, "keyid:always");
  add_extension(*made, issuer, NID_subject_alt_name, alternatives);
  require(X509_sign(made.get(), authority.key.get(), EVP_sha256()) > 0);
  return made;
}

bool is_ip_address(const std::string& name) {
  in6_addr address{};
  return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

bool is_server_name(const std::string& name) {
  if (is_ip_address(name)) return true;
  std::string_view rest = name;
  if (rest.size() > 253) return false;
  if (rest.starts_with("*.")) rest.remove_prefix(2);
  while (true) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest.remove_prefix(dot + 1);
  }
}

std::string to_pem(X509& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && PEM_write_bio_X509(bio.get(), &certificate) == 1);
  return to_text(*bio);
}

std::string to_pem(EVP_PKEY& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr &&
          PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return to_text(*bio);
}

Certificate read_certificate(std::string_view pem) {
  Certificate read(PEM_read_bio_X509(read_from(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return read;
}

Key read_key(std::string_view pem) {
  // An empty pass phrase, so that OpenSSL asks nobody for one.
  char none[] = "";
  Key read(PEM_read_bio_PrivateKey(read_from(pem).get(), nullptr, nullptr, none));
  ERR_clear_error();
  return read;
}

bool matches(X509& certificate, EVP_PKEY& key) {
  const bool same = X509_check_private_key(&certificate, &key) == 1;
  ERR_clear_error();
  return same;
}

bool is_signed_by(X509& certificate, X509& authority) {
  const bool verified = X509_verify(&certificate, X509_get0_pubkey(&authority)) == 1;
  ERR_clear_error();
  return verified;
}

bool is_valid_at(X509& certificate, Moment moment) {
  std::time_t time = std::chrono::system_clock::to_time_t(moment);
  return X509_cmp_time(X509_get0_notBefore(&certificate), &time) < 0 &&
         X509_cmp_time(X509_get0_notAfter(&certificate), &time) > 0;
}

bool holds_name(X509& certificate, const std::string& name) {
  if (is_ip_address(name)) return X509_check_ip_asc(&certificate, name.c_str(), 0) == 1;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  bool found = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* entry = sk_GENERAL_NAME_value(names, i);
    if (entry->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(entry->d.dNSName));
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(entry->d.dNSName));
    found = found || base::equals_ignoring_case({text, size}, name);
  }
  GENERAL_NAMES_free(names);
  return found;
}

}  // namespace kennel::http
