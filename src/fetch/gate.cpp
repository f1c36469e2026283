#include "fetch/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace kennel::fetch {
namespace {

using base::ErrorKind;

// https://fetch.spec.whatwg.org/#port-blocking, ascending.
constexpr std::uint16_t kBadPorts[] = {
    0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,
    37,   42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,
    110,  111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,
    427,  465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,
    563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045,
    4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};
static_assert(std::ranges::is_sorted(kBadPorts));

bool is_named(const Gate& gate) {
  const AllowedTarget named = HostPort{.host = gate.host, .port = gate.port};
  return gate.widened && std::ranges::find(gate.allowed, named) != gate.allowed.end();
}

bool is_within_a_prefix(const Gate& gate, const Address& address) {
  return gate.widened && std::ranges::any_of(gate.allowed, [&address](const AllowedTarget& target) {
           const auto* const prefix = std::get_if<Prefix>(&target);
           return prefix != nullptr && prefix->contains(address);
         });
}

bool is_own(const Gate& gate, const Address& address) {
  return std::ranges::find(gate.own, address) != gate.own.end();
}

// Why the address is refused that `host` has; a host that is its own address is said once.
std::string describe(const Gate& gate, const Address& address) {
  const std::string what =
      fmt::format("not public ({})", find_special_use(address).value_or("of this machine"));
  const std::string spelled = address.text();
  if (gate.host == spelled) return fmt::format("{} is {}", spelled, what);
  return fmt::format("{} has the address {}, which is {}", gate.host, spelled, what);
}

base::Error denied(const Gate& gate, std::string_view reason) {
  if (!gate.widened) {
    return {
        ErrorKind::kDenied,
        fmt::format("{}; a redirect by a public server may lead to public addresses only", reason)};
  }
  return {ErrorKind::kDenied,
          fmt::format("{}; whoever runs this server can open it with --allow-fetch {}", reason,
                      to_text(HostPort{.host = gate.host, .port = gate.port}))};
}

}  // namespace

Verdict judge(const Gate& gate, const Address& address) {
  if (is_named(gate) || is_within_a_prefix(gate, address)) return Verdict::kAllowed;
  return is_public(address) && !is_own(gate, address) ? Verdict::kPublic : Verdict::kRefused;
}

base::Error refusal(const Gate& gate, const Address& address) {
  return denied(gate, describe(gate, address));
}

base::Result<void> admit_port(const Gate& gate) {
  if (!std::ranges::binary_search(kBadPorts, gate.port) || is_named(gate)) return {};
  return tl::unexpected(
      denied(gate, fmt::format("port {} belongs to another service than the web", gate.port)));
}

}  // namespace kennel::fetch
