// What AWS's clients need to find the server, as variables, as files and as a profile. The facts
// behind each are in docs/clients.md.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "access/credentials.h"
#include "apps/server_folder.h"

namespace kennel::apps {

// Files under client/ that the variables below name; written anew at every start of the server.
void write_client_files(base::Disk& disk, const ServerFolder& folder, const ServerNote& note);

struct ClientVariables {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> unset;  // what would lead clients elsewhere
};

[[nodiscard]] ClientVariables client_variables(const ServerFolder& folder, const ServerNote& note,
                                               const access::AccessKey& key);

}  // namespace kennel::apps
