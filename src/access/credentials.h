// Access keys: whose they are, and the secret that signs with them.
//
// The administrator's key lies in a file of mode 0600, for `kennel env` to read. A session's key is
// nowhere: its session token, which every request must carry, is the sealed session itself, with
// its secret; so there is nothing to store, to lose or to clean up. Safe from several threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "access/caller.h"
#include "access/directory.h"
#include "access/seal.h"
#include "base/disk.h"

namespace kennel::access {

struct AccessKey {
  std::string id;
  std::string secret;
};

struct SessionRequest {
  std::string session_name;
  std::chrono::seconds duration{3600};
  // What the session may at most do; kept for the evaluator.
  std::string session_policy = {};  // JSON; empty: none
  std::vector<std::string> policy_arns = {};
  std::vector<Tag> tags = {};
  std::vector<std::string> transitive_tag_keys = {};
  std::string source_identity = {};  // empty: none
};

struct Session {
  AccessKey key;
  std::string token;
  TimePoint expires;
  Caller caller;
};

enum class KeyProblem {
  kUnknownKey,  // no such key, or its role is gone
  kWrongToken,  // the session token is missing, or not this key's
  kExpired,
};

struct KnownKey {
  std::string secret;
  Caller caller;
};

inline constexpr const char* kAdministratorRole = "kennel-administrator";
inline constexpr const char* kAdministratorSession = "administrator";

class Credentials {
 public:
  Credentials(const Directory& directory, const MasterKey& key, AccessKey administrator);

  // Whose key it is, if the token fits and the session lasts.
  [[nodiscard]] tl::expected<KnownKey, KeyProblem> find(std::string_view access_key_id,
                                                        std::string_view session_token,
                                                        TimePoint now) const;
  [[nodiscard]] Session start_session(const Role& role, const SessionRequest& request,
                                      TimePoint now) const;

 private:
  [[nodiscard]] Caller make_caller(const Role& role, std::string_view session_name) const;

  const Directory& directory_;
  Seal seal_;
  AccessKey administrator_;
  Caller administrator_caller_;
};

// The administrator's key: `given` where there is one, else the file's, else a new random one. The
// file then holds it. kInvalid: the given one is no access key.
[[nodiscard]] base::Result<AccessKey> open_administrator_key(base::Disk& disk,
                                                             const base::Path& file,
                                                             const std::optional<AccessKey>& given);
// For `kennel env`. kNotFound, kCorrupt.
[[nodiscard]] base::Result<AccessKey> read_administrator_key(const base::Path& file);

// Makes the role that the administrator is a session of, where it is missing.
void ensure_administrator_role(Directory& directory, TimePoint now);

}  // namespace kennel::access
