#include "fuse_operations.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "machine.h"

namespace kennel::faults {
namespace {

constexpr double kSecondsCached = 3600;  // only the kernel changes it; a new mount caches nothing
constexpr std::uint64_t kPages = 1 << 20;

Machine& machine(fuse_req_t request) { return *static_cast<Machine*>(fuse_req_userdata(request)); }

InodePtr inode_of(fuse_req_t request, fuse_ino_t number) {
  Machine& here = machine(request);
  return number == FUSE_ROOT_ID ? here.disk.root() : here.known.at(number).inode;
}

bool refuse(fuse_req_t request, int error) {
  if (error != 0) fuse_reply_err(request, error);
  return error != 0;
}

bool refused_reading(fuse_req_t request) {
  return refuse(request, machine(request).dead ? EIO : 0);
}

// One step more: whether it is the power's last, or fails by order.
bool refused(fuse_req_t request, Step step, bool needs_room = false) {
  Machine& here = machine(request);
  if (here.power_goes_before_this_step()) std::cout << "ok" << std::endl;
  if (refused_reading(request)) return true;
  if (needs_room && here.full) return refuse(request, ENOSPC);
  return refuse(request, here.next_error(step));
}

struct stat attributes(const Inode& inode) {
  struct stat found{};
  found.st_ino = inode.number;
  found.st_mode = inode.mode;
  found.st_nlink = inode.links;
  found.st_uid = inode.owner;
  found.st_gid = inode.group;
  found.st_size =
      static_cast<off_t>(S_ISLNK(inode.mode) ? inode.target.size() : inode.bytes.size());
  found.st_blksize = FileBytes::kPageSize;
  found.st_blocks = (found.st_size + 511) / 512;
  found.st_atim = inode.accessed;
  found.st_mtim = found.st_ctim = inode.changed;
  return found;
}

fuse_entry_param hand_out(Machine& here, const InodePtr& inode) {
  Known& known = here.known[inode->number];
  known.inode = inode;
  ++known.lookups;
  fuse_entry_param entry{};
  entry.ino = inode->number;
  entry.attr = attributes(*inode);
  entry.attr_timeout = entry.entry_timeout = kSecondsCached;
  return entry;
}

void reply_entry(fuse_req_t request, const InodePtr& inode) {
  const fuse_entry_param entry = hand_out(machine(request), inode);
  fuse_reply_entry(request, &entry);
}

void begin(void*, fuse_conn_info* connection) {
  connection->want &= ~static_cast<unsigned>(FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_WRITEBACK_CACHE);
}

void lookup(fuse_req_t request, fuse_ino_t folder, const char* name) {
  if (refused_reading(request)) return;
  const InodePtr found = ForgetfulDisk::find(*inode_of(request, folder), name);
  if (refuse(request, found ? 0 : ENOENT)) return;
  reply_entry(request, found);
}

void forget(fuse_req_t request, fuse_ino_t number, std::uint64_t lookups) {
  auto& known = machine(request).known;
  const auto found = known.find(number);
  if (found != known.end() && (found->second.lookups -= lookups) == 0) known.erase(found);
  fuse_reply_none(request);
}

void get_attributes(fuse_req_t request, fuse_ino_t number, fuse_file_info*) {
  if (refused_reading(request)) return;
  const struct stat found = attributes(*inode_of(request, number));
  fuse_reply_attr(request, &found, kSecondsCached);
}

void set_attributes(fuse_req_t request, fuse_ino_t number, struct stat* wanted, int which,
                    fuse_file_info* file) {
  const InodePtr inode = inode_of(request, number);
  const auto size = static_cast<std::size_t>(wanted->st_size);
  const bool sized = (which & FUSE_SET_ATTR_SIZE) != 0;
  if (sized ? refused(request, Step::kWrite, inode->bytes.grows(0, size))
            : refused_reading(request)) {
    return;
  }
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (sized) inode->bytes.resize(size);
  if (which & FUSE_SET_ATTR_MODE) inode->mode = wanted->st_mode;
  if (which & FUSE_SET_ATTR_UID) inode->owner = wanted->st_uid;
  if (which & FUSE_SET_ATTR_GID) inode->group = wanted->st_gid;
  if (which & FUSE_SET_ATTR_ATIME) inode->accessed = wanted->st_atim;
  if (which & FUSE_SET_ATTR_ATIME_NOW) inode->accessed = now;
  if (which & FUSE_SET_ATTR_MTIME) inode->changed = wanted->st_mtim;
  if (sized || (which & FUSE_SET_ATTR_MTIME_NOW) != 0) inode->changed = now;
  get_attributes(request, number, file);
}

InodePtr make(fuse_req_t request, fuse_ino_t folder, const char* name, mode_t mode) {
  const InodePtr inode = machine(request).disk.make(inode_of(request, folder), name, mode);
  inode->owner = fuse_req_ctx(request)->uid;
  inode->group = fuse_req_ctx(request)->gid;
  return inode;
}

void create(fuse_req_t request, fuse_ino_t folder, const char* name, mode_t mode,
            fuse_file_info* file) {
  if (refused(request, Step::kName, true)) return;
  const fuse_entry_param entry =
      hand_out(machine(request), make(request, folder, name, S_IFREG | mode));
  fuse_reply_create(request, &entry, file);
}

void make_folder(fuse_req_t request, fuse_ino_t folder, const char* name, mode_t mode) {
  if (refused(request, Step::kName, true)) return;
  reply_entry(request, make(request, folder, name, S_IFDIR | mode));
}

void make_symbolic_link(fuse_req_t request, const char* target, fuse_ino_t folder,
                        const char* name) {
  if (refused(request, Step::kName, true)) return;
  const InodePtr inode = make(request, folder, name, S_IFLNK | 0777);
  inode->target = target;
  reply_entry(request, inode);
}

void read_symbolic_link(fuse_req_t request, fuse_ino_t number) {
  if (refused_reading(request)) return;
  fuse_reply_readlink(request, inode_of(request, number)->target.c_str());
}

void make_hard_link(fuse_req_t request, fuse_ino_t number, fuse_ino_t folder, const char* name) {
  if (refused(request, Step::kName, true)) return;
  const InodePtr inode = inode_of(request, number);
  machine(request).disk.link(inode, inode_of(request, folder), name);
  reply_entry(request, inode);
}

void remove_file(fuse_req_t request, fuse_ino_t folder, const char* name) {
  if (refused(request, Step::kName)) return;
  const InodePtr from = inode_of(request, folder);
  const bool found = ForgetfulDisk::find(*from, name) != nullptr;
  if (found) machine(request).disk.remove(from, name);
  fuse_reply_err(request, found ? 0 : ENOENT);
}

void remove_folder(fuse_req_t request, fuse_ino_t folder, const char* name) {
  if (refused(request, Step::kName)) return;
  const InodePtr from = inode_of(request, folder);
  const InodePtr found = ForgetfulDisk::find(*from, name);
  if (refuse(request, !found ? ENOENT : found->names.empty() ? 0 : ENOTEMPTY)) return;
  machine(request).disk.remove(from, name);
  fuse_reply_err(request, 0);
}

void rename(fuse_req_t request, fuse_ino_t folder, const char* name, fuse_ino_t new_folder,
            const char* new_name, unsigned flags) {
  if (refused(request, Step::kRename)) return;
  const InodePtr from = inode_of(request, folder);
  const InodePtr to = inode_of(request, new_folder);
  const InodePtr replaced = ForgetfulDisk::find(*to, new_name);
  if (refuse(request, (flags & ~RENAME_NOREPLACE) != 0 ? EINVAL : 0)) return;
  if (refuse(request, !ForgetfulDisk::find(*from, name) ? ENOENT : 0)) return;
  if (refuse(request, replaced && (flags & RENAME_NOREPLACE) != 0 ? EEXIST : 0)) return;
  if (refuse(request, replaced && !replaced->names.empty() ? ENOTEMPTY : 0)) return;
  machine(request).disk.rename(from, name, to, new_name);
  fuse_reply_err(request, 0);
}

void open_file(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  if (refused_reading(request)) return;
  file->keep_cache = 1;
  fuse_reply_open(request, file);
}

void read(fuse_req_t request, fuse_ino_t number, std::size_t length, off_t offset,
          fuse_file_info*) {
  if (refused_reading(request)) return;
  const InodePtr inode = inode_of(request, number);
  const std::string_view bytes = inode->bytes.read(static_cast<std::size_t>(offset), length);
  fuse_reply_buf(request, bytes.data(), bytes.size());
}

void write(fuse_req_t request, fuse_ino_t number, const char* bytes, std::size_t length,
           off_t offset, fuse_file_info* file) {
  const InodePtr inode = inode_of(request, number);
  const auto begin = static_cast<std::size_t>(offset);
  // The kernel writes pages of a mapped file out when it likes: that is no step of a program.
  if (file->writepage ? refused_reading(request)
                      : refused(request, Step::kWrite, inode->bytes.grows(begin, length))) {
    return;
  }
  inode->bytes.write(begin, {bytes, length});
  ::clock_gettime(CLOCK_REALTIME, &inode->changed);
  fuse_reply_write(request, length);
}

void sync_file(fuse_req_t request, fuse_ino_t number, int, fuse_file_info*) {
  const InodePtr inode = inode_of(request, number);
  if (refused(request, Step::kSync)) {
    inode->bytes.fail_sync();
    return;
  }
  if (!machine(request).lying) inode->bytes.sync();
  fuse_reply_err(request, 0);
}

void sync_folder(fuse_req_t request, fuse_ino_t number, int, fuse_file_info*) {
  if (refused(request, Step::kSync)) return;
  Machine& here = machine(request);
  if (!here.lying) here.disk.sync_names(*inode_of(request, number));
  fuse_reply_err(request, 0);
}

struct Listing {
  std::vector<std::pair<std::string, struct stat>> entries;
};

// What was there when the folder was opened: programs remove names while they read them.
void open_folder(fuse_req_t request, fuse_ino_t number, fuse_file_info* file) {
  if (refused_reading(request)) return;
  const InodePtr folder = inode_of(request, number);
  auto listing = std::make_unique<Listing>();
  struct stat parent{};
  parent.st_ino = folder->parent;
  parent.st_mode = S_IFDIR;
  listing->entries = {{".", attributes(*folder)}, {"..", parent}};
  for (const auto& [name, inode] : folder->names) {
    listing->entries.emplace_back(name, attributes(*inode));
  }
  file->fh = reinterpret_cast<std::uint64_t>(listing.release());
  fuse_reply_open(request, file);
}

void read_folder(fuse_req_t request, fuse_ino_t, std::size_t room, off_t offset,
                 fuse_file_info* file) {
  if (refused_reading(request)) return;
  const auto& entries = reinterpret_cast<const Listing*>(file->fh)->entries;
  std::vector<char> page(room);
  std::size_t used = 0;
  for (auto at = static_cast<std::size_t>(offset); at < entries.size(); ++at) {
    const auto& [name, found] = entries[at];
    const std::size_t size = fuse_add_direntry(request, page.data() + used, room - used,
                                               name.c_str(), &found, static_cast<off_t>(at + 1));
    if (size > room - used) break;
    used += size;
  }
  fuse_reply_buf(request, page.data(), used);
}

void close_folder(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  const std::unique_ptr<Listing> listing(reinterpret_cast<Listing*>(file->fh));
  fuse_reply_err(request, 0);
}

void get_room(fuse_req_t request, fuse_ino_t) {
  if (refused_reading(request)) return;
  struct statvfs found{};
  found.f_bsize = found.f_frsize = FileBytes::kPageSize;
  found.f_blocks = found.f_files = kPages;
  found.f_bfree = found.f_bavail = found.f_ffree = machine(request).full ? 0 : kPages / 2;
  found.f_namemax = 255;
  fuse_reply_statfs(request, &found);
}

}  // namespace

fuse_lowlevel_ops operations() {
  fuse_lowlevel_ops table{};
  table.init = begin;
  table.lookup = lookup;
  table.forget = forget;
  table.getattr = get_attributes;
  table.setattr = set_attributes;
  table.create = create;
  table.mkdir = make_folder;
  table.symlink = make_symbolic_link;
  table.readlink = read_symbolic_link;
  table.link = make_hard_link;
  table.unlink = remove_file;
  table.rmdir = remove_folder;
  table.rename = rename;
  table.open = open_file;
  table.read = read;
  table.write = write;
  table.fsync = sync_file;
  table.fsyncdir = sync_folder;
  table.opendir = open_folder;
  table.readdir = read_folder;
  table.releasedir = close_folder;
  table.statfs = get_room;
  return table;
}

}  // namespace kennel::faults
