#include "forgetful_disk.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

namespace kennel::faults {
namespace {

timespec time_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

void set_name(Names& names, const std::string& name, const InodePtr& inode) {
  if (inode) {
    names[name] = inode;
  } else {
    names.erase(name);
  }
}

}  // namespace

ForgetfulDisk::ForgetfulDisk() : root_(std::make_shared<Inode>()) {
  root_->number = root_->parent = last_number_;
  root_->mode = S_IFDIR | 0755;
  root_->links = 1;
  root_->accessed = root_->changed = time_now();
}

InodePtr ForgetfulDisk::find(const Inode& folder, const std::string& name) {
  const auto found = folder.names.find(name);
  return found == folder.names.end() ? nullptr : found->second;
}

InodePtr ForgetfulDisk::make(const InodePtr& folder, const std::string& name, mode_t mode) {
  auto inode = std::make_shared<Inode>();
  inode->number = ++last_number_;
  inode->mode = mode;
  inode->accessed = inode->changed = time_now();
  link(inode, folder, name);
  return inode;
}

void ForgetfulDisk::link(const InodePtr& inode, const InodePtr& folder, const std::string& name) {
  change({{folder, name, nullptr, inode}});
}

void ForgetfulDisk::remove(const InodePtr& folder, const std::string& name) {
  change({{folder, name, find(*folder, name), nullptr}});
}

void ForgetfulDisk::rename(const InodePtr& from, const std::string& name, const InodePtr& to,
                           const std::string& new_name) {
  const InodePtr inode = find(*from, name);
  const InodePtr replaced = find(*to, new_name);
  if (inode == replaced) return;  // two names of one file: POSIX leaves both
  change({{to, new_name, replaced, inode}, {from, name, inode, nullptr}});
}

void ForgetfulDisk::change(Changes changes) {
  for (const Change& change : changes) {
    set_name(change.folder->names, change.name, change.after);
    if (change.before) --change.before->links;
    if (change.after) {
      ++change.after->links;
      change.after->parent = change.folder->number;
    }
    change.folder->changed = time_now();
  }
  pending_.push_back(std::move(changes));
}

void ForgetfulDisk::keep(const Change& change) {
  Names& names = change.folder->durable_names;
  // A file that moved away and is gone from its old place since must not take its successor along.
  const auto found = names.find(change.name);
  if (!change.after && (found == names.end() || found->second != change.before)) return;
  set_name(names, change.name, change.after);
}

// Of a rename between two folders the new name counts: the old one may stay, the file is not lost.
void ForgetfulDisk::sync_names(const Inode& folder) {
  for (Changes& changes : pending_) {
    while (!changes.empty() && changes.front().folder.get() == &folder) {
      keep(changes.front());
      changes.erase(changes.begin());
    }
  }
  std::erase_if(pending_, [](const Changes& changes) { return changes.empty(); });
}

void ForgetfulDisk::lose_power(Chance& chance) {
  const std::uint64_t kept_percent = (chance() % 3) * 50;
  std::set<std::pair<const Inode*, std::string>> lost;
  for (const Changes& changes : pending_) {
    const auto follows_a_lost_one = [&](const Change& change) {
      return lost.contains({change.folder.get(), change.name});
    };
    if (chance() % 100 < kept_percent && std::ranges::none_of(changes, follows_a_lost_one)) {
      std::ranges::for_each(changes, keep);
    } else {
      for (const Change& change : changes) lost.emplace(change.folder.get(), change.name);
    }
  }
  pending_.clear();
  std::set<const Inode*> seen;
  restore(root_, chance, seen);
}

void ForgetfulDisk::restore(const InodePtr& inode, Chance& chance, std::set<const Inode*>& seen) {
  if (!seen.insert(inode.get()).second) {
    ++inode->links;
    return;
  }
  inode->links = 1;
  inode->bytes.lose_power(chance);
  inode->names = inode->durable_names;
  for (const auto& [name, child] : inode->names) {
    child->parent = inode->number;
    restore(child, chance, seen);
  }
}

}  // namespace kennel::faults
