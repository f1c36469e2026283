#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "store/blobs.h"

namespace kennel::store {
namespace {

constexpr std::uint64_t kBegunTogether = 8 * base::kMiB;  // of writing out

}  // namespace

struct BlobWriter::State {
  explicit State(Blobs& of)
      : blobs(of),
        unique(of.make_unique_id()),
        staging_path(of.staging_folder() / unique),
        file(of.disk().create(staging_path)),
        block(XXH3_createState(), &XXH3_freeState) {
    if (!block) throw std::bad_alloc();
    XXH3_64bits_reset(block.get());
  }

  void end_block() {
    row.checksums.push_back(XXH3_64bits_digest(block.get()));
    XXH3_64bits_reset(block.get());
  }

  Blobs& blobs;
  std::string unique;
  base::Path staging_path;
  std::unique_ptr<base::WritableFile> file;
  base::Hasher hasher;
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> block;
  BlobRow row;
  std::uint64_t begun = 0;  // of which the disk was told
};

BlobWriter::BlobWriter(Blobs& blobs) : state_(std::make_unique<State>(blobs)) {}

BlobWriter::~BlobWriter() {
  if (!state_ || !state_->file) return;
  state_->file.reset();
  try {
    state_->blobs.disk().remove(state_->staging_path);
  } catch (const std::exception&) {
    // The next start empties the folder.
  }
}

std::unique_ptr<BlobWriter> Blobs::begin() {
  return std::unique_ptr<BlobWriter>(new BlobWriter(*this));
}

void BlobWriter::append(base::ByteView bytes) {
  State& state = *state_;
  state.hasher.update(bytes);
  state.file->append(bytes);
  while (!bytes.empty()) {
    const std::size_t room = kBlockBytes - state.row.size % kBlockBytes;
    const base::ByteView piece = bytes.first(std::min(room, bytes.size()));
    XXH3_64bits_update(state.block.get(), piece.data(), piece.size());
    state.row.size += piece.size();
    if (state.row.size % kBlockBytes == 0) state.end_block();
    bytes = bytes.subspan(piece.size());
  }
  if (state.row.size - state.begun >= kBegunTogether) {
    state.file->begin_sync();
    state.begun = state.row.size;
  }
}

StagedBlob BlobWriter::finish() {
  State& state = *state_;
  if (state.row.size % kBlockBytes != 0) state.end_block();
  state.file->sync();
  state.row.digest = state.hasher.finish();
  const std::string name = state.row.digest.hex();
  const std::string folder = name.substr(0, 2);
  state.row.file = fmt::format("{}/{}-{}", folder, name, state.unique);
  state.blobs.make_folder_of(state.row.digest);
  base::Disk& disk = state.blobs.disk();
  disk.rename(state.staging_path, state.blobs.blobs_folder() / state.row.file);
  state.file.reset();  // from here on the staged blob sees to the file
  StagedBlob staged(state.blobs, std::move(state.row));
  disk.sync_folder(state.blobs.blobs_folder() / folder);
  return staged;
}

}  // namespace kennel::store
