// Removing a folder that somebody else filled: as deep as it may be, and with folders that nobody
// may look into. Links are not followed.
#pragma once

#include <filesystem>

namespace kennel::base {

// The file, link or folder, with all that is in it; one that is not there is no error. Gives an
// errno value, 0 where it is gone. Needs a few dozen descriptors at most.
[[nodiscard]] int remove_tree(const std::filesystem::path& path);

}  // namespace kennel::base
