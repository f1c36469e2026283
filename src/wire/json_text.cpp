#include "wire/json_text.h"

#include <nlohmann/json.hpp>
#include <vector>

namespace kennel::wire {
namespace {

// Builds the value as the parser meets its parts. The library's own builder takes any depth, and
// the last of two members of one name.
class Builder final : public nlohmann::json_sax<Document> {
 public:
  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Document::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Document::object()); }
  bool start_array(std::size_t) override { return open(Document::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (open_.back()->contains(name)) {
      return fail("the JSON has a member twice in one object");
    }
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail("the body is not JSON at byte " + std::to_string(position));
  }

  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] Document take() { return std::move(root_); }

 private:
  bool fail(std::string what) {
    if (failure_.empty()) failure_ = std::move(what);
    return false;
  }

  bool add(Document value) {
    place(std::move(value));
    return true;
  }

  Document& place(Document value) {
    if (open_.empty()) return root_ = std::move(value);
    Document& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    return parent[name_] = std::move(value);
  }

  bool open(Document value) {
    if (open_.size() >= kDepthMax) {
      return fail("the JSON is nested more than " + std::to_string(kDepthMax) + " deep");
    }
    open_.push_back(&place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Document root_;
  // Into root_. A value that is open is its parent's last: nothing moves it before it is closed.
  std::vector<Document*> open_;
  std::string name_;
  std::string failure_;
};

}  // namespace

Read<Document> parse_json(std::string_view text) {
  Builder builder;
  const bool read = Document::sax_parse(text.begin(), text.end(), &builder);
  if (!read) return unreadable(builder.failure());
  return builder.take();
}

std::string write_json(const Document& value) {
  return value.dump(-1, ' ', false, Document::error_handler_t::replace);
}

}  // namespace kennel::wire
