#include "wire/audit_event.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "base/bytes.h"

namespace kennel::wire {
namespace {

using nlohmann::ordered_json;

constexpr const char* kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kItemsMax = 100;

std::string lower_first(std::string_view name) {
  std::string text(name);
  if (!text.empty()) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

ordered_json shorten(const std::string& text) {
  if (text.size() <= kTextBytesMax) return text;
  std::size_t end = kTextBytesMax;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

ordered_json to_list(const Shape& shape, const Document& document) {
  ordered_json list = ordered_json::array();
  for (const Document& item : document) {
    if (list.size() == kItemsMax) break;
    list.push_back(to_audit_value(*shape.element, item));
  }
  return list;
}

ordered_json to_map(const Shape& shape, const Document& document) {
  ordered_json map = ordered_json::object();
  for (const auto& item : document.items()) {
    if (map.size() == kItemsMax) break;
    map[item.key()] = to_audit_value(*shape.element, item.value());
  }
  return map;
}

ordered_json to_object(const Shape& shape, const Document& document) {
  ordered_json object = ordered_json::object();
  for (const Member& member : shape.members) {
    const auto found = document.find(member.name);
    if (found == document.end() || member.streaming) continue;
    object[lower_first(member.name)] = to_audit_value(*member.shape, *found);
  }
  return object;
}

}  // namespace

ordered_json to_audit_value(const Shape& shape, const Document& document) {
  if (shape.sensitive) return kHidden;
  switch (shape.kind) {
    case ShapeKind::kStructure:
      return to_object(shape, document);
    case ShapeKind::kList:
      return to_list(shape, document);
    case ShapeKind::kMap:
      return to_map(shape, document);
    case ShapeKind::kBlob:
      return base::to_human_size(document.get_binary().size());
    case ShapeKind::kString:
      return shorten(document.get_ref<const std::string&>());
    default:
      return document;
  }
}

observe::UserIdentity to_user_identity(const access::Caller& caller) {
  observe::UserIdentity identity;
  identity.type = "AssumedRole";
  identity.principal_id = caller.user_id;
  identity.arn = caller.arn;
  identity.account_id = caller.account;
  identity.access_key_id = caller.access_key_id;
  observe::SessionContext context;
  context.issuer = observe::SessionIssuer{"Role", caller.role_id, caller.role_arn, caller.account,
                                          caller.role_name};
  context.creation_date = caller.session_started;
  identity.session_context = std::move(context);
  return identity;
}

}  // namespace kennel::wire
