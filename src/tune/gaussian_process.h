// A Gaussian process over configurations: Matern 5/2 with a length scale for each parameter, noise,
// a constant mean; fitted by its marginal likelihood and weak priors (Hvarfner et al. 2024).
//
// Numbers are as far apart as their coordinates, categories one where they differ. Outcomes are
// bent to be as normal as they can be (Yeo and Johnson 2000) and standardized; what is told of them
// is in that scale.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "tune/space.h"

namespace kennel::tune {

struct Observation {
  Point point;
  double loss = 0;  // finite
};

struct Belief {
  double mean = 0;
  double deviation = 0;  // of the outcome without its noise
};

class GaussianProcess {
 public:
  // At least one observation.
  GaussianProcess(const Space& space, const std::vector<Observation>& observations);

  [[nodiscard]] Belief at(const Point& point) const;
  // The lowest mean at any observation: the best outcome, noise apart.
  [[nodiscard]] double best_mean() const { return best_mean_; }
  // Takes it as observed that a point has the outcome that is expected there.
  void assume(const Point& point);
  // Of each parameter: the smaller, the more it matters.
  [[nodiscard]] std::vector<double> length_scales() const;

 private:
  struct Fit;
  void condition();
  [[nodiscard]] Eigen::VectorXd covariances(const Point& point) const;

  std::vector<bool> categorical_;
  Eigen::MatrixXd points_;    // a column each
  Eigen::VectorXd outcomes_;  // bent, standardized
  Eigen::VectorXd scales_;
  double noise_ = 0;
  double mean_ = 0;
  double best_mean_ = 0;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd weights_;
};

}  // namespace kennel::tune
