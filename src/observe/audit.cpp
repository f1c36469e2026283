#include "observe/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/secure_random.h"

namespace kennel::observe {
namespace {

constexpr std::string_view kCollection = "audit";
constexpr std::size_t kDigits = 16;
constexpr std::size_t kPageMax = 10'000;

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint64_t milliseconds_of(Time time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

}  // namespace

std::optional<AuditTrail::Position> AuditTrail::parse_key(std::string_view key) {
  if (key.size() != 2 * kDigits + 1 || key[kDigits] != '-') return std::nullopt;
  const auto milliseconds = parse_hex(key.substr(0, kDigits));
  const auto sequence = parse_hex(key.substr(kDigits + 1));
  if (!milliseconds || !sequence) return std::nullopt;
  return Position{*milliseconds, *sequence};
}

AuditTrail::AuditTrail(store::Records& records, const base::Clock& clock, AuditOptions options)
    : records_(records), clock_(clock), options_(options) {
  const auto latest = records_.scan(kCollection, {.limit = 1, .descending = true});
  if (latest.empty()) return;
  if (const auto position = parse_key(latest.front().key)) last_ = *position;
}

std::string AuditTrail::next_key(Time at) {
  const std::lock_guard lock(mutex_);
  last_.milliseconds = std::max(last_.milliseconds, milliseconds_of(at));
  ++last_.sequence;
  return fmt::format("{:016x}-{:016x}", last_.milliseconds, last_.sequence);
}

void AuditTrail::record(AuditEvent event, store::Records::Done done) {
  if (event.id.empty()) event.id = base::make_uuid();
  records_.submit({{std::string(kCollection), next_key(event.time), to_json_text(event), 0}},
                  std::move(done));
}

AuditPage AuditTrail::recent(std::size_t limit, std::string_view before) const {
  limit = std::clamp<std::size_t>(limit, 1, kPageMax);
  // One more than asked for tells whether there is a next page.
  std::vector<store::Record> found = records_.scan(
      kCollection, {.after = std::string(before), .limit = limit + 1, .descending = true});
  AuditPage page;
  if (found.size() > limit) {
    found.pop_back();
    page.next = found.back().key;
  }
  for (const store::Record& record : found) {
    auto event = nlohmann::ordered_json::parse(record.value, nullptr, false);
    if (!event.is_discarded()) page.events.push_back(std::move(event));
  }
  return page;
}

bool AuditTrail::outlived(const Position& position) const {
  const Time oldest = clock_.calendar_now() - options_.kept_for;
  if (position.milliseconds < milliseconds_of(oldest)) return true;
  const std::lock_guard lock(mutex_);
  return last_.sequence - position.sequence >= options_.events_max;
}

base::Result<std::size_t> AuditTrail::trim(std::size_t count_max) {
  // Mostly there is nothing to do, and the oldest event alone says so.
  const auto oldest = records_.scan(kCollection, {.limit = 1});
  const auto place = oldest.empty() ? std::nullopt : parse_key(oldest.front().key);
  if (oldest.empty() || (place && !outlived(*place))) return 0;
  store::Changes removals;
  for (store::Record& record : records_.scan(kCollection, {.limit = count_max})) {
    const auto position = parse_key(record.key);
    if (position && !outlived(*position)) break;  // and so are all after it
    removals.push_back({std::string(kCollection), std::move(record.key), std::nullopt, {}});
  }
  const std::size_t count = removals.size();
  if (count > 0) KENNEL_TRY_VOID(records_.commit(std::move(removals)));
  return count;
}

}  // namespace kennel::observe
