#include "http/certificate.h"

#include <sys/stat.h>

#include <algorithm>

#include "http/x509.h"

namespace kennel::http {

namespace {

using base::ErrorKind;
using Days = std::chrono::days;

constexpr Days kAuthorityDays{3652};
constexpr Days kServerDays{397};  // what browsers accept at most
constexpr Days kRenewedBefore{30};
constexpr Days kClockSkew{1};  // a client's clock may be behind ours
constexpr std::uint64_t kPemBytesMax = 64 * base::kKiB;

struct Folder {
  base::Disk& disk;
  base::Path path;

  [[nodiscard]] base::Path ca() const { return path / "ca.pem"; }
  [[nodiscard]] base::Path ca_key() const { return path / "ca-key.pem"; }
  [[nodiscard]] base::Path server() const { return path / "server.pem"; }
  [[nodiscard]] base::Path server_key() const { return path / "server-key.pem"; }
};

// Under a umask a file is private from its first byte; a chmod would come too late.
class PrivateFiles {
 public:
  PrivateFiles() : before_(::umask(0077)) {}
  ~PrivateFiles() { ::umask(before_); }
  PrivateFiles(const PrivateFiles&) = delete;
  PrivateFiles& operator=(const PrivateFiles&) = delete;

 private:
  mode_t before_;
};

void write_private(base::Disk& disk, const base::Path& path, const std::string& text) {
  const PrivateFiles umask;
  base::write_atomically(disk, path, text);
}

base::Result<std::string> read_text(const base::Path& path) {
  KENNEL_TRY(const base::Bytes bytes, base::read_file(path, kPemBytesMax));
  return std::string(base::as_text(bytes));
}

tl::unexpected<base::Error> broken_authority(const Folder& folder) {
  return base::fail(ErrorKind::kInvalid, folder.ca().string() +
                                             " and ca-key.pem do not belong together, or cannot be "
                                             "read; remove both to get a new authority, which "
                                             "clients must then trust anew");
}

base::Result<Authority> make_new_authority(const Folder& folder, Moment now) {
  Authority made;
  made.key = make_key();
  made.certificate =
      make_authority(*made.key, "kennel local authority", now - kClockSkew, now + kAuthorityDays);
  // The key first: a certificate without its key is of no use to anybody.
  write_private(folder.disk, folder.ca_key(), to_pem(*made.key));
  base::write_atomically(folder.disk, folder.ca(), to_pem(*made.certificate));
  return made;
}

base::Result<Authority> open_authority(const Folder& folder, Moment now) {
  const auto pem = read_text(folder.ca());
  if (!pem && pem.error().kind == ErrorKind::kNotFound) return make_new_authority(folder, now);
  const auto key_pem = read_text(folder.ca_key());
  if (!pem || !key_pem) return broken_authority(folder);
  Authority found{.certificate = read_certificate(*pem), .key = read_key(*key_pem)};
  if (!found.certificate || !found.key || !matches(*found.certificate, *found.key)) {
    return broken_authority(folder);
  }
  if (!is_valid_at(*found.certificate, now + kServerDays)) return make_new_authority(folder, now);
  return found;
}

bool is_still_good(const Folder& folder, const Authority& authority,
                   const std::vector<std::string>& names, Moment now) {
  const auto pem = read_text(folder.server());
  const auto key_pem = read_text(folder.server_key());
  if (!pem || !key_pem) return false;
  const Certificate certificate = read_certificate(*pem);
  const Key key = read_key(*key_pem);
  return certificate && key && matches(*certificate, *key) &&
         is_signed_by(*certificate, *authority.certificate) && is_valid_at(*certificate, now) &&
         is_valid_at(*certificate, now + kRenewedBefore) &&
         std::ranges::all_of(
             names, [&](const std::string& name) { return holds_name(*certificate, name); });
}

void make_new_server(const Folder& folder, const Authority& authority,
                     const std::vector<std::string>& names, Moment now) {
  const Key key = make_key();
  const Certificate certificate = make_server_certificate(authority, *key, names, now - kClockSkew,
                                                          now + kServerDays - Days(1));
  write_private(folder.disk, folder.server_key(), to_pem(*key));
  base::write_atomically(folder.disk, folder.server(), to_pem(*certificate));
}

}  // namespace

base::Result<TlsFiles> make_certificate(base::Disk& disk, const base::Path& path,
                                        const std::vector<std::string>& names, Moment now) {
  // OpenSSL's clients take no wildcard right below the top: *.localhost is for the others, and
  // what they need for buckets as host names is *.s3.localhost.
  std::vector<std::string> all = {"localhost",      "*.localhost", "s3.localhost",
                                  "*.s3.localhost", "127.0.0.1",   "::1"};
  for (const std::string& name : names) {
    if (!is_server_name(name)) {
      return base::fail(ErrorKind::kInvalid, "\"" + name +
                                                 "\" is neither a DNS name nor an IP "
                                                 "address, so no certificate can be "
                                                 "made for it");
    }
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  const Folder folder{.disk = disk, .path = path};
  disk.make_folders(path);
  KENNEL_TRY(const Authority authority, open_authority(folder, now));
  if (!is_still_good(folder, authority, all, now)) make_new_server(folder, authority, all, now);
  return TlsFiles{.certificate = folder.server(), .key = folder.server_key()};
}

}  // namespace kennel::http
