// What a server's folder holds, to be read only: whether or not a server runs on it.
#pragma once

#include <memory>

#include "apps/server_folder.h"
#include "store/blobs.h"
#include "store/sqlite_read_only_records.h"

namespace kennel::apps {

class StoredData {
 public:
  // kNotFound: no server ever ran on this folder; else as SqliteReadOnlyRecords::open.
  [[nodiscard]] static base::Result<std::unique_ptr<StoredData>> open(const ServerFolder& folder);

  [[nodiscard]] const store::Records& records() const { return *records_; }
  [[nodiscard]] const store::Blobs& blobs() const { return blobs_; }

 private:
  StoredData(std::unique_ptr<store::SqliteReadOnlyRecords> records, const ServerFolder& folder)
      : records_(std::move(records)),
        blobs_(*records_, disk_, folder.root, store::Blobs::ReadOnly{}) {}

  base::PosixDisk disk_;
  std::unique_ptr<store::SqliteReadOnlyRecords> records_;
  store::Blobs blobs_;
};

}  // namespace kennel::apps
