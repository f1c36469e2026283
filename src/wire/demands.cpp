#include "wire/demands.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace kennel::wire {
namespace {

constexpr std::string_view kTagKey = "${TagKey}";

std::string to_text(const Document& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_primitive() && !value.is_binary() ? value.dump() : std::string();
}

std::string member_text(const Document& input, std::string_view name) {
  const auto found = input.find(name);
  return found == input.end() ? std::string() : to_text(*found);
}

class Expansion {
 public:
  Expansion(const Document& input, const DemandScope& scope, const ResourceLookup& look_up)
      : input_(input), scope_(scope), look_up_(look_up) {}

  [[nodiscard]] std::string expand(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      out += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = text.find('}', open);
      base::check(close != std::string_view::npos, "a demand's template closes its braces");
      out += resolve(text.substr(open + 1, close - open - 1));
      text.remove_prefix(close + 1);
    }
    return out;
  }

 private:
  [[nodiscard]] std::string resolve(std::string_view placeholder) const {
    if (placeholder == "partition") return access::kPartition;
    if (placeholder == "account") return std::string(scope_.account);
    if (placeholder == "region") return std::string(scope_.region);
    if (const auto colon = placeholder.find(':'); colon != std::string_view::npos) {
      return look_up_(placeholder.substr(0, colon),
                      member_text(input_, placeholder.substr(colon + 1)));
    }
    const std::size_t equals = placeholder.find('=');
    const std::string_view name = placeholder.substr(0, equals);
    if (equals != std::string_view::npos && !input_.contains(name)) {
      return std::string(placeholder.substr(equals + 1));
    }
    return member_text(input_, name);
  }

  const Document& input_;
  const DemandScope& scope_;
  const ResourceLookup& look_up_;
};

// aws:RequestTag/${TagKey} is one condition key a tag, and aws:TagKeys all of their keys.
// Tags are a list of keys with values, or a map.
void add_tags(const Document& tags, std::string_view key, access::Demand& demand) {
  const std::string prefix(key.substr(0, key.size() - kTagKey.size()));
  for (const auto& [member, tag] : tags.items()) {
    const std::string name = tags.is_object() ? member : member_text(tag, "Key");
    demand.context[prefix + name] = {tags.is_object() ? to_text(tag) : member_text(tag, "Value")};
    demand.context["aws:TagKeys"].push_back(name);
  }
}

std::vector<std::string> texts_of(const Document& value) {
  if (!value.is_array()) return {to_text(value)};
  std::vector<std::string> texts;
  for (const Document& item : value) texts.push_back(to_text(item));
  return texts;
}

void add_context(const DemandTemplate& wanted, const Document& input, access::Demand& demand) {
  for (std::size_t at = 0; at + 1 < wanted.context.size(); at += 2) {
    const std::string_view key = wanted.context[at];
    const std::string_view placeholder = wanted.context[at + 1];  // "{Member}"
    const auto found = input.find(placeholder.substr(1, placeholder.size() - 2));
    if (found == input.end()) continue;
    if (key.ends_with(kTagKey)) {
      add_tags(*found, key, demand);
    } else {
      demand.context[std::string(key)] = texts_of(*found);
    }
  }
}

}  // namespace

std::vector<access::Demand> make_demands(const Operation& operation, const Document& input,
                                         const DemandScope& scope, const ResourceLookup& look_up) {
  const Expansion expansion(input, scope, look_up);
  std::vector<access::Demand> demands;
  for (const DemandTemplate& wanted : operation.demands) {
    if (!wanted.when.empty() && !input.contains(wanted.when)) continue;
    access::Demand& demand = demands.emplace_back();
    demand.action = wanted.action;
    demand.resource = expansion.expand(wanted.resource);
    add_context(wanted, input, demand);
  }
  return demands;
}

}  // namespace kennel::wire
