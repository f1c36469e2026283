#include "access/managed_policies.h"

#include <fmt/format.h>
#include <zlib.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/digest.h"

// The packed policies (scripts/pack_managed_policies.py), between two symbols.
extern "C" const std::uint8_t kennel_managed_policies_begin[];
extern "C" const std::uint8_t kennel_managed_policies_end[];
__asm__(
    ".section .rodata\n"
    ".global kennel_managed_policies_begin\n"
    ".global kennel_managed_policies_end\n"
    "kennel_managed_policies_begin:\n"
    ".incbin \"" KENNEL_MANAGED_POLICIES
    "\"\n"
    "kennel_managed_policies_end:\n"
    ".byte 0\n"
    ".previous\n");

namespace kennel::access {
namespace {

using nlohmann::json;

struct Catalogue {
  std::string text;                                            // one policy a line
  std::map<std::string, std::string_view, std::less<>> lines;  // by ARN
};

std::string unpack() {
  std::string text;
  z_stream stream{};
  base::check(inflateInit(&stream) == Z_OK, "zlib starts");
  stream.next_in = const_cast<std::uint8_t*>(kennel_managed_policies_begin);
  stream.avail_in = static_cast<uInt>(kennel_managed_policies_end - kennel_managed_policies_begin);
  int result = Z_OK;
  while (result == Z_OK) {
    const std::size_t filled = text.size();
    text.resize(filled + base::kMiB);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + filled);
    stream.avail_out = static_cast<uInt>(base::kMiB);
    result = inflate(&stream, Z_NO_FLUSH);
    text.resize(text.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  base::check(result == Z_STREAM_END, "the managed policies were packed whole");
  return text;
}

std::string arn_of(const json& policy) {
  // The path begins and ends with a slash; the prefix ends with one.
  return fmt::format("{}{}{}", kManagedPolicyPrefix,
                     policy.at("path").get_ref<const std::string&>().substr(1),
                     policy.at("name").get_ref<const std::string&>());
}

const Catalogue& catalogue() {
  static const Catalogue* const kCatalogue = [] {
    auto* made = new Catalogue{unpack(), {}};
    const std::string_view text = made->text;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      made->lines.emplace(arn_of(json::parse(line)), line);
      begin = end + 1;
    }
    return made;
  }();
  return *kCatalogue;
}

// AWS's own ids are not in the catalogue: this one is the same on every machine.
std::string stable_id(std::string_view arn) {
  std::string id = "ANPA" + base::sha256(base::as_bytes(arn)).hex().substr(0, 16);
  std::ranges::transform(id, id.begin(), [](unsigned char letter) { return std::toupper(letter); });
  return id;
}

Policy to_policy(std::string_view arn, std::string_view line) {
  const json entry = json::parse(line);
  Policy policy;
  policy.arn = arn;
  policy.name = entry.at("name");
  policy.path = entry.at("path");
  policy.id = stable_id(arn);
  policy.document = entry.at("document").dump();
  policy.default_version = entry.at("version");
  policy.created = TimePoint(std::chrono::seconds(entry.at("created_s").get<std::int64_t>()));
  policy.updated = TimePoint(std::chrono::seconds(entry.at("updated_s").get<std::int64_t>()));
  return policy;
}

}  // namespace

std::optional<Policy> find_managed_policy(std::string_view arn) {
  if (!arn.starts_with(kManagedPolicyPrefix)) return std::nullopt;
  const auto found = catalogue().lines.find(arn);
  if (found == catalogue().lines.end()) return std::nullopt;
  return to_policy(found->first, found->second);
}

std::optional<std::string> find_managed_policy_arn(std::string_view id) {
  for (const auto& [arn, line] : catalogue().lines) {
    if (stable_id(arn) == id) return arn;
  }
  return std::nullopt;
}

std::vector<Policy> list_managed_policies(std::string_view after, std::size_t limit) {
  std::vector<Policy> policies;
  const auto& lines = catalogue().lines;
  for (auto at = lines.upper_bound(after); at != lines.end() && policies.size() < limit; ++at) {
    policies.push_back(to_policy(at->first, at->second));
  }
  return policies;
}

}  // namespace kennel::access
