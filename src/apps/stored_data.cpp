#include "apps/stored_data.h"

#include <fmt/format.h>

namespace kennel::apps {

base::Result<std::unique_ptr<StoredData>> StoredData::open(const ServerFolder& folder) {
  auto records = store::SqliteReadOnlyRecords::open(folder.records());
  if (!records && records.error().kind == base::ErrorKind::kNotFound) {
    return base::fail(base::ErrorKind::kNotFound,
                      fmt::format("no server ever ran on {}: start one with kennel up, or name its "
                                  "folder with --data or KENNEL_DATA",
                                  folder.root.string()));
  }
  if (!records) return tl::unexpected(std::move(records).error());
  return std::unique_ptr<StoredData>(new StoredData(*std::move(records), folder));
}

}  // namespace kennel::apps
