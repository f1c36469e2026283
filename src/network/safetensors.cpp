// The safetensors format (https://github.com/huggingface/safetensors, "Format"):
//   header size (uint64) | header (JSON) | data
// The header names each tensor's "dtype", "shape" and "data_offsets" [begin, end) into the data,
// which the tensors cover without gap or overlap.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "network/byte_reader.h"
#include "network/checkpoint.h"
#include "network/legible.h"
#include "network/strided.h"
#include "network/weights_file.h"

namespace kennel::network {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::fail;
using base::Result;
using nlohmann::json;

// Some 100,000 tensors; the format's own limit is 100 MB.
constexpr std::uint64_t kHeaderMax = 16 * base::kMiB;
constexpr int kDepthMax = 3;  // header, tensor, shape

constexpr std::array kDTypes{
    std::pair{"F32", DType::kFloat32},   std::pair{"F16", DType::kFloat16},
    std::pair{"BF16", DType::kBFloat16}, std::pair{"F64", DType::kFloat64},
    std::pair{"I64", DType::kInt64},     std::pair{"I32", DType::kInt32},
    std::pair{"I16", DType::kInt16},     std::pair{"I8", DType::kInt8},
    std::pair{"U8", DType::kUInt8},      std::pair{"BOOL", DType::kBool},
};

struct Claim {
  std::string name;
  DType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin;
  std::uint64_t end;
};

tl::unexpected<base::Error> bad_header(std::string_view what) {
  return fail(ErrorKind::kCorrupt, fmt::format("bad safetensors header: {}", what));
}

Result<json> parse_header(ByteView bytes) {
  bool too_deep = false;
  bool repeats = false;
  std::set<std::string> names;
  const auto inspect = [&](int depth, json::parse_event_t event, const json& parsed) {
    too_deep = too_deep || depth > kDepthMax;
    if (event == json::parse_event_t::key && depth == 1) {
      repeats = !names.insert(parsed.get<std::string>()).second || repeats;
    }
    return !too_deep;
  };
  constexpr bool kAllowExceptions = false;
  json header = json::parse(bytes.begin(), bytes.end(), inspect, kAllowExceptions);
  if (too_deep) return bad_header("it is nested too deeply");
  if (repeats) return bad_header("it names a tensor twice");
  if (!header.is_object()) return bad_header("it is no JSON object");
  return header;
}

Result<DType> get_dtype(const json& value, const std::string& name) {
  for (const auto& [known, type] : kDTypes) {
    if (value == known) return type;
  }
  const std::string found = value.is_string() ? legible(value.get<std::string>()) : "none";
  return fail(ErrorKind::kInvalid, fmt::format("'{}' has the element type {}, which is not known; "
                                               "save it as F32",
                                               legible(name), found));
}

Result<std::vector<std::int64_t>> get_sizes(const json& value, std::string_view what) {
  if (!value.is_array()) return bad_header(fmt::format("{} is no list", what));
  std::vector<std::int64_t> sizes;
  for (const json& item : value) {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() > kMax) {
      return bad_header(fmt::format("{} holds something else than sizes", what));
    }
    sizes.push_back(item.get<std::int64_t>());
  }
  return sizes;
}

const json& member(const json& object, const char* key) {
  static const json kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

Result<Claim> to_claim(const std::string& name, const json& value) {
  const std::string shown = legible(name);
  if (!value.is_object()) return bad_header(fmt::format("'{}' is no object", shown));
  KENNEL_TRY(const DType type, get_dtype(member(value, "dtype"), name));
  KENNEL_TRY(auto shape,
             get_sizes(member(value, "shape"), fmt::format("the shape of '{}'", shown)));
  KENNEL_TRY(const auto offsets,
             get_sizes(member(value, "data_offsets"), fmt::format("the place of '{}'", shown)));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    return bad_header(fmt::format("the place of '{}' is not [begin, end]", shown));
  }
  KENNEL_TRY(const std::int64_t count, count_elements(shape));
  const auto begin = static_cast<std::uint64_t>(offsets[0]);
  const auto end = static_cast<std::uint64_t>(offsets[1]);
  if (end - begin != static_cast<std::uint64_t>(count) * size_of(type)) {
    return bad_header(fmt::format("'{}' has {} elements of {} in {} bytes", shown, count,
                                  to_name(type), end - begin));
  }
  return Claim{name, type, std::move(shape), begin, end};
}

Result<std::vector<Claim>> to_claims(const json& header) {
  std::vector<Claim> claims;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    KENNEL_TRY(Claim claim, to_claim(name, value));
    claims.push_back(std::move(claim));
  }
  std::ranges::sort(claims, {},
                    [](const Claim& claim) { return std::pair{claim.begin, claim.end}; });
  return claims;
}

Result<void> check_cover(const std::vector<Claim>& claims, std::size_t data_size) {
  std::uint64_t covered = 0;
  for (const Claim& claim : claims) {
    if (claim.begin != covered) {
      return bad_header(fmt::format("'{}' begins at {}, the tensor before it ends at {}",
                                    legible(claim.name), claim.begin, covered));
    }
    covered = claim.end;
  }
  if (covered == data_size) return {};
  return bad_header(fmt::format("it names {} bytes of tensors, the file has {}; get it again",
                                covered, data_size));
}

}  // namespace

Result<StateDict> parse_safetensors(ByteView bytes, std::shared_ptr<const void> owner) {
  ByteReader reader(bytes);
  KENNEL_TRY(const auto header_size, reader.number<std::uint64_t>());
  if (header_size > kHeaderMax) {
    return fail(ErrorKind::kTooLarge,
                fmt::format("a safetensors header of {}, the limit is {}",
                            base::to_human_size(header_size), base::to_human_size(kHeaderMax)));
  }
  KENNEL_TRY(const ByteView header_bytes, reader.take(header_size));
  KENNEL_TRY(const json header, parse_header(header_bytes));
  KENNEL_TRY(const auto claims, to_claims(header));
  KENNEL_TRY(const ByteView data, reader.take(reader.remaining()));
  KENNEL_TRY_VOID(check_cover(claims, data.size()));
  std::vector<StateDict::Entry> entries;
  for (const Claim& claim : claims) {
    const ByteView place = data.subspan(claim.begin, claim.end - claim.begin);
    const Storage storage = to_aligned({claim.type, place, owner});
    entries.emplace_back(claim.name, Tensor{claim.type, claim.shape, storage.bytes, storage.owner});
  }
  return with_plain_names(std::move(entries));
}

}  // namespace kennel::network
