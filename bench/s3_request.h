// Heads of signed S3 requests, made one after the other: the signing key is derived once.
#pragma once

#include <string>
#include <string_view>

#include "sign/sigv4.h"

namespace kennel::load {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

struct S3Request {
  std::string_view method;
  std::string target;  // "/bucket/key?query", encoded
  std::uint64_t length = 0;
  std::string payload_hash;  // 64 hex digits, or UNSIGNED-PAYLOAD; empty: of no bytes
  base::Fields fields = {};  // signed too
};

class S3Signer {
 public:
  // Signs for this very moment: what is signed ahead must be sent within 15 minutes.
  S3Signer(int port, sign::Credentials credentials);

  // The head as it goes over the wire, with its empty line. No two are alike: each has a number.
  [[nodiscard]] std::string sign(const S3Request& request);

 private:
  std::string host_;
  sign::Credentials credentials_;
  sign::Time at_;
  sign::Scope scope_;
  sign::SigningKey key_;
  std::size_t count_ = 0;
};

// The parameter of a query; encodes the value.
[[nodiscard]] std::string make_parameter(std::string_view name, std::string_view value);

}  // namespace kennel::load
