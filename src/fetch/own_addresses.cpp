#include "fetch/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace kennel::fetch {

std::vector<Address> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    throw std::system_error(errno, std::generic_category(), "could not list the own addresses");
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, ::freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    // The system says no size; a family has its own.
    const std::size_t size =
        entry->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (const auto address = Address::of_socket(*entry->ifa_addr, size)) {
      addresses.push_back(*address);
    }
  }
  return addresses;
}

}  // namespace kennel::fetch
