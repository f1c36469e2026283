// Folders, files and symbolic links, and what of them reached the disk. As strict as POSIX lets a
// disk be: fsync of a file keeps its bytes, fsync of a folder keeps its names, nothing else keeps
// anything. Modes, owners and times are never forgotten.
//
//   now:      what programs see
//   pending:  changes of names since, in their order; one that no fsync reached arrives or not
//   durable:  what is there after a loss of power
//
// A file lives as long as a name, now, pending or durable, or a holder of its Inode names it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "file_bytes.h"

namespace kennel::faults {

struct Inode;
using InodePtr = std::shared_ptr<Inode>;
using Names = std::map<std::string, InodePtr>;

struct Inode {
  std::uint64_t number = 0;
  std::uint64_t parent = 0;  // of a folder
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
  nlink_t links = 0;
  timespec accessed{}, changed{};
  FileBytes bytes;
  std::string target;  // of a symbolic link
  Names names, durable_names;
};

class ForgetfulDisk {
 public:
  ForgetfulDisk();

  [[nodiscard]] const InodePtr& root() const { return root_; }
  [[nodiscard]] static InodePtr find(const Inode& folder, const std::string& name);

  InodePtr make(const InodePtr& folder, const std::string& name, mode_t mode);
  void link(const InodePtr& inode, const InodePtr& folder, const std::string& name);
  void remove(const InodePtr& folder, const std::string& name);
  void rename(const InodePtr& from, const std::string& name, const InodePtr& to,
              const std::string& new_name);

  void sync_names(const Inode& folder);
  void lose_power(Chance& chance);

 private:
  struct Change {
    InodePtr folder;
    std::string name;
    InodePtr before, after;  // null: there is none
  };
  using Changes = std::vector<Change>;  // they arrive together

  void change(Changes changes);
  static void keep(const Change& change);
  static void restore(const InodePtr& inode, Chance& chance, std::set<const Inode*>& seen);

  InodePtr root_;
  std::vector<Changes> pending_;
  std::uint64_t last_number_ = 1;  // FUSE's number of the root
};

}  // namespace kennel::faults
