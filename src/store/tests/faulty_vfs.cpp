#include "store/tests/faulty_vfs.h"

#include <fmt/format.h>

#include "base/error.h"

namespace kennel::store {
namespace {

// The system's own file lies right behind it, in memory that SQLite provides.
struct FaultyFile {
  sqlite3_file base;
  FaultyVfs* vfs;
};

sqlite3_file* inner(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<FaultyFile*>(file) + 1);
}

FaultyVfs& vfs_of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file)->vfs; }

int close_file(sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); }

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  return inner(file)->pMethods->xRead(inner(file), into, size, offset);
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const int code = vfs_of(file).next_write(SQLITE_IOERR_WRITE);
  const int written = code == SQLITE_OK ? size : size / 2;
  const int inner_code = inner(file)->pMethods->xWrite(inner(file), from, written, offset);
  return code == SQLITE_OK ? inner_code : code;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int code = vfs_of(file).next_write(SQLITE_IOERR_TRUNCATE);
  return code == SQLITE_OK ? inner(file)->pMethods->xTruncate(inner(file), size) : code;
}

int sync(sqlite3_file* file, int) { return vfs_of(file).next_sync(); }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return inner(file)->pMethods->xFileSize(inner(file), size);
}

int lock(sqlite3_file* file, int level) { return inner(file)->pMethods->xLock(inner(file), level); }

int unlock(sqlite3_file* file, int level) {
  return inner(file)->pMethods->xUnlock(inner(file), level);
}

int check_reserved(sqlite3_file* file, int* reserved) {
  return inner(file)->pMethods->xCheckReservedLock(inner(file), reserved);
}

int control(sqlite3_file* file, int operation, void* argument) {
  return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}

int sector_size(sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); }

int characteristics(sqlite3_file* file) {
  return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
}

int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** address) {
  return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, address);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); }

int shm_unmap(sqlite3_file* file, int remove) {
  return inner(file)->pMethods->xShmUnmap(inner(file), remove);
}

constexpr sqlite3_io_methods kMethods{.iVersion = 2,
                                      .xClose = close_file,
                                      .xRead = read,
                                      .xWrite = write,
                                      .xTruncate = truncate,
                                      .xSync = sync,
                                      .xFileSize = file_size,
                                      .xLock = lock,
                                      .xUnlock = unlock,
                                      .xCheckReservedLock = check_reserved,
                                      .xFileControl = control,
                                      .xSectorSize = sector_size,
                                      .xDeviceCharacteristics = characteristics,
                                      .xShmMap = shm_map,
                                      .xShmLock = shm_lock,
                                      .xShmBarrier = shm_barrier,
                                      .xShmUnmap = shm_unmap};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* faulty = reinterpret_cast<FaultyFile*>(file);
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const int code = system->xOpen(system, name, inner(file), flags, out_flags);
  faulty->base.pMethods = inner(file)->pMethods == nullptr ? nullptr : &kMethods;
  faulty->vfs = static_cast<FaultyVfs*>(vfs->pAppData);
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs()
    : name_(fmt::format("faulty-{}", fmt::ptr(this))), vfs_(*sqlite3_vfs_find(nullptr)) {
  vfs_.szOsFile += static_cast<int>(sizeof(FaultyFile));
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = open_file;
  base::check(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK, "a VFS can be registered");
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultyVfs::fail(Fault fault, std::int64_t skipped, bool lasting) {
  fault_ = fault;
  lasting_ = lasting;
  failed_ = false;
  left_ = skipped;
}

void FaultyVfs::mend() { left_ = -1; }

int FaultyVfs::next_write(int broken_code) {
  const Fault fault = fault_;
  return next(fault != Fault::kBrokenSync, fault == Fault::kFullDisk ? SQLITE_FULL : broken_code);
}

int FaultyVfs::next_sync() { return next(fault_ == Fault::kBrokenSync, SQLITE_IOERR_FSYNC); }

int FaultyVfs::next(bool concerned, int code) {
  if (!concerned || left_ < 0) return SQLITE_OK;
  if (left_ > 0) {
    --left_;
    return SQLITE_OK;
  }
  if (!lasting_) left_ = -1;
  failed_ = true;
  return code;
}

}  // namespace kennel::store
