#include "wire/audit_event.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

using nlohmann::ordered_json;

constexpr const char* kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kEventBytesMax = 16 * base::kKiB;

std::string lower_first(std::string_view name) {
  std::string text(name);
  if (!text.empty()) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

// Copies a document as far as its bytes go.
class AuditCopy {
 public:
  ordered_json copy(const Shape& shape, const Document& document) {
    if (document.is_null()) return nullptr;  // refused, and recorded nevertheless
    if (shape.sensitive) return kHidden;
    switch (shape.kind) {
      case ShapeKind::kStructure:
        return copy_object(shape, document);
      case ShapeKind::kList:
        return copy_list(shape, document);
      case ShapeKind::kMap:
        return copy_map(shape, document);
      case ShapeKind::kBlob:
        return base::to_human_size(document.get_binary().size());
      case ShapeKind::kString:
        return copy_text(document.get_ref<const std::string&>());
      default:
        return document;
    }
  }

 private:
  // What a value costs beside its text.
  static constexpr std::size_t kItemBytes = 16;

  bool take(std::size_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

  ordered_json copy_text(const std::string& text) {
    const std::string_view cut = cut_text(text, std::min(kTextBytesMax, left_));
    left_ -= cut.size();
    return cut.size() == text.size() ? text : std::string(cut) + "...";
  }

  ordered_json copy_list(const Shape& shape, const Document& document) {
    ordered_json list = ordered_json::array();
    for (const Document& item : document) {
      if (!take(kItemBytes)) break;
      list.push_back(copy(*shape.element, item));
    }
    return list;
  }

  ordered_json copy_map(const Shape& shape, const Document& document) {
    ordered_json map = ordered_json::object();
    for (const auto& item : document.items()) {
      if (!take(kItemBytes + item.key().size())) break;
      map[item.key()] = copy(*shape.element, item.value());
    }
    return map;
  }

  ordered_json copy_object(const Shape& shape, const Document& document) {
    ordered_json object = ordered_json::object();
    for (const Member& member : shape.members) {
      const auto found = document.find(member.name);
      if (found == document.end() || member.streaming) continue;
      if (!take(kItemBytes + member.name.size())) break;
      object[lower_first(member.name)] = copy(*member.shape, *found);
    }
    return object;
  }

  std::size_t left_ = kEventBytesMax;
};

}  // namespace

ordered_json to_audit_value(const Shape& shape, const Document& document) {
  return AuditCopy().copy(shape, document);
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
