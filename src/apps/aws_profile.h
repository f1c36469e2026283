// A profile in AWS's shared configuration files: the lines of others are left as they are.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace kennel::apps {

using ProfileSettings = std::vector<std::pair<std::string, std::string>>;

// The first line of a section that `kennel env --profile` has written; only such are written over.
inline constexpr std::string_view kProfileMark = "# Written by kennel env --profile";

// `text` with `section` ("profile dogs") replaced or appended. kConflict: a section of that name is
// there, and is not ours.
[[nodiscard]] base::Result<std::string> put_section(std::string_view text, std::string_view section,
                                                    const ProfileSettings& settings);

}  // namespace kennel::apps
