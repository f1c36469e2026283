// What libcurl says of a transfer that failed, for people.
#pragma once

#include <curl/curl.h>

#include "base/error.h"
#include "fetch/transfer.h"

namespace kennel::fetch {

// Throws where ca_file cannot be read, which no caller can mend.
[[nodiscard]] base::Error explain_curl(CURLcode code, const Request& request);

}  // namespace kennel::fetch
