#include "apps/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "apps/environment.h"
#include "apps/stored_data.h"
#include "objects/usage.h"

namespace kennel::apps {
namespace {

using base::Result;
using objects::BucketUsage;
using objects::Usage;

using Row = std::array<std::string, 7>;

void print_json(const Usage& usage) {
  auto buckets = nlohmann::ordered_json::array();
  for (const BucketUsage& bucket : usage.buckets) {
    buckets.push_back({{"bucket", bucket.bucket},
                       {"objects", bucket.objects},
                       {"bytes", bucket.bytes},
                       {"versions", bucket.versions},
                       {"version_bytes", bucket.version_bytes},
                       {"uploads", bucket.uploads},
                       {"upload_bytes", bucket.upload_bytes}});
  }
  const nlohmann::ordered_json object{{"buckets", std::move(buckets)},
                                      {"logical_bytes", usage.logical_bytes},
                                      {"stored_bytes", usage.stored_bytes}};
  fmt::print("{}\n", object.dump());
}

Row row_of(const BucketUsage& bucket) {
  const auto size = [](std::uint64_t bytes) { return base::to_human_size(bytes); };
  return {bucket.bucket,
          std::to_string(bucket.objects),
          size(bucket.bytes),
          std::to_string(bucket.versions),
          size(bucket.version_bytes),
          std::to_string(bucket.uploads),
          size(bucket.upload_bytes)};
}

void print_table(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  for (const Row& row : rows) {
    fmt::print("{:<{}}", row[0], widths[0]);
    for (std::size_t column = 1; column < row.size(); ++column) {
      fmt::print("  {:>{}}", row[column], widths[column]);
    }
    fmt::print("\n");
  }
}

void print_text(const Usage& usage, const ServerFolder& folder) {
  if (usage.buckets.empty()) {
    fmt::print("no buckets (data in {})\n", folder.root.string());
    return;
  }
  std::vector<Row> rows{{"bucket", "objects", "size", "old versions", "size", "uploads", "size"}};
  for (const BucketUsage& bucket : usage.buckets) rows.push_back(row_of(bucket));
  print_table(rows);
  fmt::print("{} in all, stored in {}: the same content lies there once\n",
             base::to_human_size(usage.logical_bytes), base::to_human_size(usage.stored_bytes));
}

}  // namespace

Result<int> run_usage(const UsageCommand& command) {
  const ServerFolder folder{std::filesystem::absolute(command.data.value_or(data_folder()))};
  KENNEL_TRY(const auto data, StoredData::open(folder));
  const Usage usage = objects::measure_usage(data->records(), data->blobs());
  if (command.output.json) {
    print_json(usage);
  } else {
    print_text(usage, folder);
  }
  return 0;
}

}  // namespace kennel::apps
