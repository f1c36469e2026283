#include "trials/journal.h"

#include <fmt/format.h>

#include <cmath>

#include "tune/warm_start.h"

namespace kennel::trials {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 30U;

json line_of(const Begun& event, const tune::Space& space) {
  return {{"begin", event.trial},
          {"values", to_json(space, event.configuration)},
          {"epochs", event.epochs},
          {"at", event.at}};
}
json line_of(const Continued& event, const tune::Space&) {
  return {{"continue", event.trial}, {"epochs", event.epochs}, {"at", event.at}};
}
json line_of(const EpochDone& event, const tune::Space&) {
  // JSON has no numbers that are none.
  const json value = std::isfinite(event.value) ? json(event.value) : json();
  return {{"trial", event.trial}, {"epoch", event.epoch}, {"value", value}, {"at", event.at}};
}
json line_of(const Ended& event, const tune::Space&) {
  return {{"end", event.trial},
          {"state", to_name(event.state)},
          {"reason", event.reason},
          {"at", event.at}};
}

std::optional<tune::Configuration> configuration_from(const json& values,
                                                      const tune::Space& space) {
  tune::Configuration configuration;
  for (const tune::Parameter& parameter : space) {
    const auto found = values.find(parameter.name);
    if (found == values.end()) return std::nullopt;
    const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
    auto value = tune::parse_value(parameter.range, text);
    if (!value) return std::nullopt;
    configuration.push_back(*std::move(value));
  }
  return configuration;
}

std::optional<tune::TrialState> state_named(const std::string& name) {
  using enum tune::TrialState;
  for (const auto state : {kPaused, kCompleted, kStopped, kFailed}) {
    if (to_name(state) == name) return state;
  }
  return std::nullopt;
}

std::optional<Event> event_from(const json& line, const tune::Space& space) {
  if (line.contains("begin")) {
    auto configuration = configuration_from(line.at("values"), space);
    if (!configuration) return std::nullopt;
    return Begun{line.at("begin"), *std::move(configuration), line.at("epochs"), line.at("at")};
  }
  if (line.contains("continue")) {
    return Continued{line.at("continue"), line.at("epochs"), line.at("at")};
  }
  if (line.contains("end")) {
    const auto state = state_named(line.at("state"));
    if (!state) return std::nullopt;
    return Ended{line.at("end"), *state, line.at("reason"), line.at("at")};
  }
  const json& value = line.at("value");
  const double number = value.is_null() ? std::nan("") : value.get<double>();
  return EpochDone{line.at("trial"), line.at("epoch"), number, line.at("at")};
}

// Whole lines only: the last one may have been cut off.
base::Result<std::vector<json>> read_lines(const base::Path& path) {
  KENNEL_TRY(const base::Bytes bytes, base::read_file(path, kBytesMax));
  const std::string_view text = base::as_text(bytes);
  std::vector<json> lines;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return lines;
    json line = json::parse(text.substr(begin, end - begin), nullptr, false);
    if (!line.is_object()) {
      return base::fail(ErrorKind::kCorrupt, fmt::format("{}: line {} is no JSON object",
                                                         path.string(), lines.size() + 1));
    }
    lines.push_back(std::move(line));
    begin = end + 1;
  }
}

std::optional<Event> read_event(const json& line, const tune::Space& space) {
  try {
    return event_from(line, space);
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

json to_json(const tune::Space& space, const tune::Configuration& configuration) {
  json values = json::object();
  for (std::size_t place = 0; place < space.size(); ++place) {
    values[space[place].name] =
        std::visit([](const auto& value) { return json(value); }, configuration[place]);
  }
  return values;
}

base::Result<json> read_search(const base::Path& path) {
  KENNEL_TRY(auto lines, read_lines(path));
  if (!lines.empty() && lines[0].contains("search")) return std::move(lines[0]["search"]);
  return base::fail(ErrorKind::kCorrupt,
                    fmt::format("{} is no journal of a search", path.string()));
}

base::Result<Written> read_journal(const base::Path& path, const tune::Space& space) {
  Written written;
  KENNEL_TRY(written.search, read_search(path));
  KENNEL_TRY(const auto lines, read_lines(path));
  for (std::size_t place = 1; place < lines.size(); ++place) {
    auto event = read_event(lines[place], space);
    if (!event || !apply_event(*event, written.trials)) {
      return base::fail(ErrorKind::kCorrupt,
                        fmt::format("{}: line {} does not follow from those before it",
                                    path.string(), place + 1));
    }
    written.events.push_back(*std::move(event));
  }
  return written;
}

Journal::Journal(base::Disk& disk, const base::Path& path, const json& search,
                 const tune::Space& space, const std::vector<Event>& events)
    : space_(space) {
  const base::Path staged = path.string() + ".part";
  file_ = disk.create(staged);
  append({{"search", search}});
  for (const Event& event : events) {
    append(std::visit([&](const auto& one) { return line_of(one, space_); }, event));
  }
  file_->sync();
  disk.rename(staged, path);
  disk.sync_folder(path.parent_path());
}

void Journal::add(const Event& event) {
  const std::lock_guard lock(mutex_);
  append(std::visit([&](const auto& one) { return line_of(one, space_); }, event));
  if (!std::holds_alternative<EpochDone>(event)) file_->sync();
}

void Journal::append(const json& line) {
  const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  file_->append(base::as_bytes(text));
}

}  // namespace kennel::trials
