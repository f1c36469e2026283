// Who calls: the identity behind a request, in the words of IAM.
#pragma once

#include <chrono>
#include <string>

namespace kennel::access {

using TimePoint = std::chrono::system_clock::time_point;

inline constexpr const char* kPartition = "aws";

// A session of a role; the administrator is one too, which never ends (docs/decisions/0009).
struct Caller {
  std::string account;  // 12 digits
  std::string arn;      // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
  std::string user_id;  // AROA...:SESSION
  std::string role_name;
  std::string role_id;
  std::string role_arn;
  std::string session_name;
  std::string access_key_id;
  TimePoint session_started;
  bool administrator = false;
};

}  // namespace kennel::access
