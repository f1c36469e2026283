// What bubblewrap is told for one instance. Pure but for looking at which of the system's folders
// are there.
#pragma once

#include <string>
#include <vector>

#include "compute/launcher.h"

namespace kennel::compute {

// An overlay of an instance, and where its parts lie on the server.
struct LaidOverlay {
  Overlay overlay;
  base::Path upper;
  base::Path work;
  base::Path merged;
};

[[nodiscard]] std::vector<LaidOverlay> lay_overlays(const InstanceSpec& spec);
[[nodiscard]] std::string hosts_file(const InstanceSpec& spec);
// Its arguments, with "--" and the command at the end; `hidden` is not to be seen. It tells of
// itself by descriptor 3, and reads more arguments from 4.
[[nodiscard]] std::vector<std::string> bubblewrap_words(const InstanceSpec& spec,
                                                        const std::vector<LaidOverlay>& overlays,
                                                        const base::Path& hidden);

}  // namespace kennel::compute
