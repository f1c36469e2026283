#include "apps/env.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/aws_profile.h"
#include "apps/client_files.h"
#include "apps/environment.h"
#include "base/shell_word.h"

namespace kennel::apps {
namespace {

using base::Path;
using base::Result;

constexpr std::uint64_t kProfileBytesMax = 4 * base::kMiB;

void print_shell(const ClientVariables& variables) {
  for (const auto& [name, value] : variables.set) {
    fmt::print("export {}={}\n", name, base::to_shell_word(value));
  }
  for (const std::string& name : variables.unset) fmt::print("unset {}\n", name);
}

void print_json(const ClientVariables& variables) {
  nlohmann::ordered_json object;
  for (const auto& [name, value] : variables.set) object[name] = value;
  fmt::print("{}\n", object.dump());
}

Path aws_file(const char* variable, const char* name) {
  const auto home = environment_variable("HOME").value_or(".");
  return environment_variable(variable).value_or((Path(home) / ".aws" / name).string());
}

struct ChangedFile {
  Path path;
  std::string text;
};

Result<ChangedFile> put_profile(const Path& file, const std::string& section,
                                const ProfileSettings& settings) {
  std::string text;
  if (std::filesystem::exists(file)) {
    KENNEL_TRY(const base::Bytes bytes, base::read_file(file, kProfileBytesMax));
    text = base::as_text(bytes);
  }
  auto changed = put_section(text, section, settings);
  if (!changed) return base::fail_in(file.string(), std::move(changed).error());
  return ChangedFile{file, *std::move(changed)};
}

void write_profile_file(base::Disk& disk, const ChangedFile& file) {
  if (file.path.has_parent_path()) disk.make_folders(file.path.parent_path());
  // A link to the file stays one.
  const bool exists = std::filesystem::exists(file.path);
  const Path target = exists ? std::filesystem::canonical(file.path) : file.path;
  base::write_secret(disk, target, base::as_bytes(file.text));
}

// The profile's name in brackets must read as one word.
Result<void> check_name(const std::string& name) {
  const bool sound = !name.empty() && name.find_first_of("[]\r\n\t '\"#;") == std::string::npos;
  if (sound) return {};
  return base::fail(base::ErrorKind::kInvalid,
                    fmt::format("--profile is \"{}\": use letters, digits, - and _", name));
}

Result<int> write_profile(const std::string& name, const ServerFolder& folder,
                          const ServerNote& note, const access::AccessKey& key) {
  KENNEL_TRY_VOID(check_name(name));
  base::PosixDisk disk;
  const Path config = aws_file("AWS_CONFIG_FILE", "config");
  const Path credentials = aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  // Both are changed or neither: half a profile would send foreign keys here.
  KENNEL_TRY(const ChangedFile config_file,
             put_profile(config, name == "default" ? name : "profile " + name,
                         {{"region", note.region},
                          {"endpoint_url", note.url},
                          {"data_path", folder.client_models().string()},
                          {"ca_bundle", folder.certificate_authority().string()}}));
  KENNEL_TRY(const ChangedFile credentials_file,
             put_profile(credentials, name,
                         {{"aws_access_key_id", key.id}, {"aws_secret_access_key", key.secret}}));
  write_profile_file(disk, config_file);
  write_profile_file(disk, credentials_file);
  fmt::print("profile {} is in {} and {}; use it with  aws --profile {}  or  AWS_PROFILE={}\n",
             name, config.string(), credentials.string(), name, name);
  return 0;
}

}  // namespace

Result<int> run_env(const EnvCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const ServerNote note, read_note(folder));
  if (!is_running(folder)) {
    fmt::print(stderr, "kennel: no server runs on {} now; these are of the last one\n",
               folder.root.string());
  }
  KENNEL_TRY(const access::AccessKey key, access::read_administrator_key(folder.administrator()));
  if (command.profile) return write_profile(*command.profile, folder, note, key);
  const ClientVariables variables = client_variables(folder, note, key);
  if (command.output.json) {
    print_json(variables);
  } else {
    print_shell(variables);
  }
  return 0;
}

}  // namespace kennel::apps
