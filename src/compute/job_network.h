// The network of an isolated job: a namespace with nothing but a loopback. Its first instance makes
// it, the others join. Held by a descriptor: the number of a process may be another's by then.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "compute/descriptor.h"

namespace kennel::compute {

struct JobNetwork {
  Descriptor network;
  Descriptor user;  // the namespace that owns it, where it is not ours
};

// Which networks there are. Safe from several threads; a network goes with its last instance.
class JobNetworks {
 public:
  // nullptr: there is none of this name yet, or none any more.
  [[nodiscard]] std::shared_ptr<const JobNetwork> find(const std::string& name);
  // That of a process; nullptr where the process has ended.
  [[nodiscard]] std::shared_ptr<const JobNetwork> keep(const std::string& name, pid_t process);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const JobNetwork>> networks_;  // guarded by mutex_
};

}  // namespace kennel::compute
