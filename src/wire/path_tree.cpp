#include "wire/path_tree.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "wire/form.h"
#include "wire/text.h"

namespace kennel::wire {
namespace {

// What is left of a path after its next step; none at its end. "a/" leaves "", "a" leaves none.
std::string_view take_step(std::optional<std::string_view>& left) {
  const auto slash = left->find('/');
  const std::string_view step = left->substr(0, slash);
  left =
      slash == std::string_view::npos ? std::optional<std::string_view>() : left->substr(slash + 1);
  return step;
}

std::optional<std::string_view> without_first_slash(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return std::nullopt;
  return path;
}

bool has_literal(std::span<const base::Field> query, const base::Field& literal) {
  return std::ranges::any_of(query, [&](const base::Field& field) {
    return field.name == literal.name && (literal.value.empty() || field.value == literal.value);
  });
}

bool has_name(std::span<const base::Field> query, std::string_view name) {
  return std::ranges::any_of(query, [&](const base::Field& field) { return field.name == name; });
}

}  // namespace

struct PathTree::Step {
  std::map<std::string, Step, std::less<>> literals;
  std::unique_ptr<Step> label;
  std::vector<Row> here;    // the path ends
  std::vector<Row> greedy;  // a label takes all that is left
};

struct PathTree::Request {
  std::string_view method;
  std::span<const base::Field> query;
  std::span<const base::Field> fields;
};

PathTree::PathTree(std::span<const Operation> operations) : root_(std::make_unique<Step>()) {
  for (const Operation& operation : operations) add(operation);
}

PathTree::~PathTree() = default;
PathTree::PathTree(PathTree&&) noexcept = default;
PathTree& PathTree::operator=(PathTree&&) noexcept = default;

void PathTree::add(const Operation& operation) {
  const Target target = split_target(operation.uri);
  auto literals = parse_form(target.query, Plus::kIsPlus);
  base::check(literals.has_value(), "the model's query strings can be read");
  Row row{&operation, *std::move(literals), {}, {}};
  for (const Member& member :
       operation.input == nullptr ? std::span<const Member>() : operation.input->members) {
    if (!member.required) continue;
    if (member.location == Location::kQuery) row.parameters.push_back(member.wire_name);
    if (member.location == Location::kHeader) row.headers.push_back(member.wire_name);
  }
  Step* step = root_.get();
  auto left = without_first_slash(target.path);
  while (left && !left->empty()) {
    const std::string_view name = take_step(left);
    if (name.ends_with("+}")) {
      step->greedy.push_back(std::move(row));
      return;
    }
    if (name.starts_with('{')) {
      if (!step->label) step->label = std::make_unique<Step>();
      step = step->label.get();
    } else {
      step = &step->literals[std::string(name)];
    }
  }
  step->here.push_back(std::move(row));
}

PathTree::Match PathTree::choose(const std::vector<Row>& rows, const Request& request) {
  Match match{nullptr, !rows.empty()};
  // Literals count most: "?attributes" asks for GetObjectAttributes even where a header that it
  // requires is missing. Then what is not missing, then what is there.
  std::array<long, 3> best{};
  for (const Row& row : rows) {
    const bool fits = row.operation->method == request.method &&
                      std::ranges::all_of(row.literals, [&](const base::Field& literal) {
                        return has_literal(request.query, literal);
                      });
    if (!fits) continue;
    const long found =
        std::ranges::count_if(row.parameters,
                              [&](auto name) { return has_name(request.query, name); }) +
        std::ranges::count_if(row.headers, [&](auto name) {
          return base::find_field(request.fields, name).has_value();
        });
    const long missing = std::ssize(row.parameters) + std::ssize(row.headers) - found;
    const std::array<long, 3> rank{std::ssize(row.literals), -missing, found};
    if (match.operation != nullptr && rank <= best) continue;
    match.operation = row.operation;
    best = rank;
  }
  return match;
}

PathTree::Match PathTree::find_below(const Step& step, std::optional<std::string_view> left,
                                     const Request& request) {
  // A slash at the end says nothing, unless a greedy label took it before.
  if (!left || left->empty()) return choose(step.here, request);
  bool path_known = false;
  auto after = left;
  const std::string_view name = take_step(after);
  const auto decoded = decode_percent(name, Plus::kIsPlus);
  const auto literal = step.literals.find(decoded ? std::string_view(*decoded) : name);
  if (literal != step.literals.end()) {
    const Match match = find_below(literal->second, after, request);
    if (match.operation != nullptr) return match;
    path_known = match.path_known;
  }
  if (step.label && !name.empty()) {
    const Match match = find_below(*step.label, after, request);
    if (match.operation != nullptr) return match;
    path_known = path_known || match.path_known;
  }
  Match match = choose(step.greedy, request);
  match.path_known = match.path_known || path_known;
  return match;
}

PathTree::Match PathTree::find(std::string_view method, std::string_view path,
                               std::span<const base::Field> query,
                               std::span<const base::Field> fields) const {
  return find_below(*root_, without_first_slash(path), {method, query, fields});
}

}  // namespace kennel::wire
