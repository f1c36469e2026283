// The REST operations of one service, found by method, path, query string and header fields.
// Immutable once built: safe from several threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/field.h"
#include "wire/shape.h"

namespace kennel::wire {

class PathTree {
 public:
  explicit PathTree(std::span<const Operation> operations);
  ~PathTree();
  PathTree(PathTree&&) noexcept;
  PathTree& operator=(PathTree&&) noexcept;

  struct Match {
    const Operation* operation = nullptr;  // null: none
    bool path_known = false;               // some other method has this path
  };

  // `path` is raw. Literal steps go before labels, labels before those that take many steps. Of
  // several operations of one path, those that differ by what they require: "?uploads" in the
  // model, or required members in the query string and header fields (UploadPart, CopyObject).
  [[nodiscard]] Match find(std::string_view method, std::string_view path,
                           std::span<const base::Field> query,
                           std::span<const base::Field> fields) const;

 private:
  struct Row {
    const Operation* operation;
    base::Fields literals;                     // in the query string; an empty value is any
    std::vector<std::string_view> parameters;  // required
    std::vector<std::string_view> headers;     // required
  };
  struct Step;
  struct Request;

  void add(const Operation& operation);
  [[nodiscard]] static Match find_below(const Step& step, std::optional<std::string_view> left,
                                        const Request& request);
  [[nodiscard]] static Match choose(const std::vector<Row>& rows, const Request& request);

  std::unique_ptr<Step> root_;
};

}  // namespace kennel::wire
