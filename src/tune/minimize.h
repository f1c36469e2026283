// The minimum of a smooth function nearby, by BFGS.
#pragma once

#include <Eigen/Dense>
#include <functional>

namespace kennel::tune {

// Gives the value, and writes the gradient.
using Smooth = std::function<double(const Eigen::VectorXd& at, Eigen::VectorXd& gradient)>;

[[nodiscard]] Eigen::VectorXd minimize(const Smooth& function, Eigen::VectorXd start,
                                       int steps_max);

}  // namespace kennel::tune
