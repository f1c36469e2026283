// The folder that one server owns: where things lie in it, who runs on it, and what its clients
// need to know.
//
//   lock                      held by the server while it runs
//   account.json              made once: the account
//   server.json               while it runs: where to find it
//   administrator.json        the administrator's access key, mode 0600
//   master.key                seals session tokens, mode 0600
//   records.db                everything else but
//   blobs/                    the bytes of objects, and
//   staging/                  those on their way there
//   jobs/                     folders of training jobs while they run
//   tls/                      ca.pem and the server's certificate
//   client/                   what AWS's SDKs are pointed at: aws/ for botocore, sagemaker.yaml
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/disk.h"
#include "base/error.h"

namespace kennel::apps {

struct ServerFolder {
  base::Path root;

  [[nodiscard]] base::Path lock() const { return root / "lock"; }
  [[nodiscard]] base::Path account() const { return root / "account.json"; }
  [[nodiscard]] base::Path note() const { return root / "server.json"; }
  [[nodiscard]] base::Path administrator() const { return root / "administrator.json"; }
  [[nodiscard]] base::Path master_key() const { return root / "master.key"; }
  [[nodiscard]] base::Path records() const { return root / "records.db"; }
  [[nodiscard]] base::Path jobs() const { return root / "jobs"; }
  [[nodiscard]] base::Path tls() const { return root / "tls"; }
  [[nodiscard]] base::Path certificate_authority() const { return tls() / "ca.pem"; }
  [[nodiscard]] base::Path client() const { return root / "client"; }
  [[nodiscard]] base::Path client_models() const { return client() / "aws"; }
};

// What a running server says of itself.
struct ServerNote {
  std::int64_t process = 0;
  std::string url;        // http://127.0.0.1:4566, or https where it takes nothing else
  std::string https_url;  // the same port over TLS
  std::string region;
  std::string account;
  std::string version;
  std::int64_t started_ms = 0;  // since 1970
};

void write_note(base::Disk& disk, const ServerFolder& folder, const ServerNote& note);
// kNotFound: no server runs on this folder. kCorrupt.
[[nodiscard]] base::Result<ServerNote> read_note(const ServerFolder& folder);

// Held for as long as the object lives; gone with the process, however it ends.
class FolderLock {
 public:
  // kConflict: another server runs on this folder; the message says which.
  [[nodiscard]] static base::Result<FolderLock> take(const ServerFolder& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Whether somebody holds the lock.
[[nodiscard]] bool is_running(const ServerFolder& folder);

// The account of this folder: the one it was made with, or `given`, or 000000000000. kConflict: it
// was made with another; kInvalid: not 12 digits.
[[nodiscard]] base::Result<std::string> open_account(base::Disk& disk, const ServerFolder& folder,
                                                     const std::optional<std::string>& given);

}  // namespace kennel::apps
