#include "tune/minimize.h"

#include <cmath>

namespace kennel::tune {
namespace {

constexpr double kFlat = 1e-5;        // a gradient that is no slope any more
constexpr double kSufficient = 1e-4;  // of the decrease that the slope promises
constexpr int kHalvingsMax = 20;
constexpr double kStepMax = 2;  // nothing that is known here holds further away

struct Place {
  Eigen::VectorXd at;
  Eigen::VectorXd gradient;
  double value = 0;
};

// Along a direction, as far as the function falls as it should. False: nowhere.
bool step(const Smooth& function, const Eigen::VectorXd& direction, Place& place) {
  const double slope = place.gradient.dot(direction);
  const double longest = direction.cwiseAbs().maxCoeff();
  double length = longest > kStepMax ? kStepMax / longest : 1;
  Place next;
  for (int halvings = 0; halvings < kHalvingsMax; ++halvings, length /= 2) {
    next.at = place.at + length * direction;
    next.gradient.resize(place.at.size());
    next.value = function(next.at, next.gradient);
    if (std::isfinite(next.value) && next.value <= place.value + kSufficient * length * slope) {
      std::swap(place, next);
      return true;
    }
  }
  return false;
}

}  // namespace

Eigen::VectorXd minimize(const Smooth& function, Eigen::VectorXd start, int steps_max) {
  const Eigen::Index size = start.size();
  Place place{std::move(start), Eigen::VectorXd(size)};
  place.value = function(place.at, place.gradient);
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(size, size);
  for (int steps = 0; steps < steps_max && place.gradient.norm() > kFlat; ++steps) {
    Eigen::VectorXd direction = -inverse * place.gradient;
    if (direction.dot(place.gradient) >= 0) {
      inverse.setIdentity();
      direction = -place.gradient;
    }
    const Eigen::VectorXd at = place.at;
    const Eigen::VectorXd gradient = place.gradient;
    if (!step(function, direction, place)) break;
    const Eigen::VectorXd moved = place.at - at;
    const Eigen::VectorXd turned = place.gradient - gradient;
    const double curvature = moved.dot(turned);
    if (curvature <= 1e-10) continue;
    const Eigen::VectorXd pulled = inverse * turned;
    const double factor = (1 + turned.dot(pulled) / curvature) / curvature;
    inverse += factor * moved * moved.transpose() -
               (pulled * moved.transpose() + moved * pulled.transpose()) / curvature;
  }
  return place.at;
}

}  // namespace kennel::tune
