#include "tune/trial.h"

#include <algorithm>
#include <cmath>

namespace kennel::tune {

std::optional<double> Trial::best() const { return best_within(static_cast<int>(losses.size())); }

std::optional<double> Trial::best_within(int count) const {
  std::optional<double> best;
  const auto within = std::min(static_cast<std::size_t>(std::max(count, 0)), losses.size());
  for (std::size_t epoch = 0; epoch < within; ++epoch) {
    const double loss = losses[epoch];
    if (std::isfinite(loss) && (!best || loss < *best)) best = loss;
  }
  return best;
}

}  // namespace kennel::tune
