#include "tune/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tune/minimize.h"

namespace kennel::tune {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kSqrt5 = 2.2360679774997896;
constexpr double kNoiseMin = 1e-6;  // of the variance: keeps the covariances invertible
constexpr int kFitSteps = 40;
constexpr Index kFitRowsMax = 80;  // more tell the length scales no better, and cost n^3

// Normal, of a logarithm.
struct LogPrior {
  double mean;
  double deviation;

  [[nodiscard]] double loss(double log) const {
    const double away = (log - mean) / deviation;
    return 0.5 * away * away;
  }
  [[nodiscard]] double slope(double log) const { return (log - mean) / (deviation * deviation); }
};

constexpr LogPrior kNoisePrior{-4, 1};

// The more parameters, the less each of them matters.
LogPrior scale_prior(Index dimensions) {
  return {-0.5 + 0.5 * std::log(static_cast<double>(dimensions)), 1.0};
}

// Matern 5/2 at a distance, and the part of its derivative that all length scales have in common.
double matern(double distance) {
  const double bent = kSqrt5 * distance;
  return (1 + bent + bent * bent / 3) * std::exp(-bent);
}
double matern_slope(double distance) {
  return 5.0 / 3.0 * (1 + kSqrt5 * distance) * std::exp(-kSqrt5 * distance);
}

double yeo_johnson(double value, double power) {
  if (value >= 0) {
    return std::abs(power) < 1e-9 ? std::log1p(value) : (std::pow(value + 1, power) - 1) / power;
  }
  return std::abs(power - 2) < 1e-9 ? -std::log1p(-value)
                                    : -(std::pow(1 - value, 2 - power) - 1) / (2 - power);
}

VectorXd standardize(const VectorXd& values) {
  const double mean = values.mean();
  const double variance = (values.array() - mean).square().mean();
  const double deviation = variance > 1e-300 ? std::sqrt(variance) : 1;
  return (values.array() - mean) / deviation;
}

// Log likelihood of the values as bent normal ones.
double normality(const VectorXd& values, const VectorXd& bent, double power) {
  const double variance = (bent.array() - bent.mean()).square().mean();
  if (!(variance > 1e-300)) return -std::numeric_limits<double>::infinity();
  const double stretch =
      (values.array().sign() * (values.array().abs() + 1).log()).sum() * (power - 1);
  return -0.5 * static_cast<double>(values.size()) * std::log(variance) + stretch;
}

// The power that makes them most like normal ones; few outcomes tell nothing of that.
VectorXd bend_outcomes(const VectorXd& values) {
  constexpr Index kEnough = 8;
  VectorXd standard = standardize(values);
  if (values.size() < kEnough) return standard;
  VectorXd best = standard;
  double highest = normality(standard, standard, 1);
  for (double power = -2; power <= 2; power += 0.1) {
    const VectorXd bent =
        standard.unaryExpr([power](double value) { return yeo_johnson(value, power); });
    const double likelihood = normality(standard, bent, power);
    if (likelihood > highest) {
      highest = likelihood;
      best = standardize(bent);
    }
  }
  return best;
}

}  // namespace

// Squared differences of the points, a matrix for each parameter, and the likelihood over them.
struct GaussianProcess::Fit {
  std::vector<MatrixXd> differences;
  VectorXd outcomes;

  Fit(const MatrixXd& points, VectorXd values, const std::vector<bool>& categorical)
      : outcomes(std::move(values)) {
    for (Index place = 0; place < points.rows(); ++place) {
      const VectorXd row = points.row(place);
      MatrixXd difference = row.replicate(1, row.size()) - row.transpose().replicate(row.size(), 1);
      difference = difference.array().square();
      if (categorical[static_cast<std::size_t>(place)]) {
        difference = (difference.array() > 0).cast<double>();
      }
      differences.push_back(std::move(difference));
    }
  }

  [[nodiscard]] MatrixXd distances(const VectorXd& logs) const {
    MatrixXd sum = MatrixXd::Zero(outcomes.size(), outcomes.size());
    for (std::size_t place = 0; place < differences.size(); ++place) {
      sum += std::exp(-2 * logs[static_cast<Index>(place)]) * differences[place];
    }
    return sum.cwiseSqrt();
  }

  // Minus the log posterior; `logs`: of the length scales, then of the noise.
  double operator()(const VectorXd& logs, VectorXd& gradient) const {
    const auto dimensions = static_cast<Index>(differences.size());
    const Index rows = outcomes.size();
    const double noise = kNoiseMin + std::exp(logs[dimensions]);
    const MatrixXd distance = distances(logs);
    MatrixXd covariance = distance.unaryExpr(&matern);
    covariance.diagonal().array() += noise;
    const Eigen::LLT<MatrixXd> factor(covariance);
    if (factor.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const MatrixXd inverse = factor.solve(MatrixXd::Identity(rows, rows));
    const VectorXd ones = inverse * VectorXd::Ones(rows);
    const double mean = ones.dot(outcomes) / ones.sum();
    const VectorXd residual = outcomes.array() - mean;
    const VectorXd weights = inverse * residual;
    double loss = 0.5 * residual.dot(weights) + factor.matrixLLT().diagonal().array().log().sum();
    const MatrixXd pull = inverse - weights * weights.transpose();
    const MatrixXd shared = pull.cwiseProduct(distance.unaryExpr(&matern_slope));
    const LogPrior prior = scale_prior(dimensions);
    for (Index place = 0; place < dimensions; ++place) {
      const double log = logs[place];
      const MatrixXd& difference = differences[static_cast<std::size_t>(place)];
      gradient[place] =
          0.5 * std::exp(-2 * log) * shared.cwiseProduct(difference).sum() + prior.slope(log);
      loss += prior.loss(log);
    }
    const double log = logs[dimensions];
    gradient[dimensions] = 0.5 * pull.trace() * std::exp(log) + kNoisePrior.slope(log);
    return loss + kNoisePrior.loss(log);
  }

  // From a bumpy and from a smooth beginning: between them lie slopes that lead to neither.
  [[nodiscard]] VectorXd most_likely() const {
    const auto dimensions = static_cast<Index>(differences.size());
    VectorXd best;
    double lowest = std::numeric_limits<double>::infinity();
    for (const double begin : {std::log(0.3), scale_prior(dimensions).mean}) {
      VectorXd logs = VectorXd::Constant(dimensions + 1, begin);
      logs[dimensions] = kNoisePrior.mean;
      logs = minimize(*this, std::move(logs), kFitSteps);
      VectorXd unused(dimensions + 1);
      const double loss = (*this)(logs, unused);
      if (best.size() > 0 && loss >= lowest) continue;
      lowest = loss;
      best = std::move(logs);
    }
    return best;
  }
};

GaussianProcess::GaussianProcess(const Space& space, const std::vector<Observation>& observations) {
  base::check(!observations.empty(), "a Gaussian process needs an observation");
  for (const Parameter& parameter : space) categorical_.push_back(is_categorical(parameter));
  const auto dimensions = static_cast<Index>(space.size());
  const auto rows = static_cast<Index>(observations.size());
  points_.resize(dimensions, rows);
  VectorXd losses(rows);
  for (Index row = 0; row < rows; ++row) {
    const Observation& one = observations[static_cast<std::size_t>(row)];
    points_.col(row) = Eigen::Map<const VectorXd>(one.point.data(), dimensions);
    losses[row] = one.loss;
  }
  outcomes_ = bend_outcomes(losses);
  const Index fitted = std::min(rows, kFitRowsMax);
  const Fit fit(points_.rightCols(fitted), outcomes_.tail(fitted), categorical_);
  const VectorXd logs = fit.most_likely();
  scales_ = logs.head(dimensions).array().exp();
  noise_ = kNoiseMin + std::exp(logs[dimensions]);
  condition();
}

void GaussianProcess::condition() {
  const Index rows = outcomes_.size();
  MatrixXd covariance(rows, rows);
  for (Index row = 0; row < rows; ++row) {
    const VectorXd column = points_.col(row);
    covariance.col(row) = covariances({column.data(), column.data() + column.size()});
  }
  covariance.diagonal().array() += noise_;
  factor_.compute(covariance);
  const VectorXd ones = factor_.solve(VectorXd::Ones(rows));
  mean_ = ones.dot(outcomes_) / ones.sum();
  weights_ = factor_.solve((outcomes_.array() - mean_).matrix());
  covariance.diagonal().array() -= noise_;
  best_mean_ = mean_ + (covariance * weights_).minCoeff();
}

VectorXd GaussianProcess::covariances(const Point& point) const {
  VectorXd sum = VectorXd::Zero(points_.cols());
  for (Index place = 0; place < points_.rows(); ++place) {
    const auto at = static_cast<std::size_t>(place);
    const auto difference = (points_.row(place).array() - point[at]).transpose();
    const double weight = 1 / (scales_[place] * scales_[place]);
    if (categorical_[at]) {
      sum.array() += weight * (difference != 0).cast<double>();
    } else {
      sum.array() += weight * difference.square();
    }
  }
  return sum.cwiseSqrt().unaryExpr(&matern);
}

Belief GaussianProcess::at(const Point& point) const {
  const VectorXd covariance = covariances(point);
  const double mean = mean_ + covariance.dot(weights_);
  const double known = factor_.matrixL().solve(covariance).squaredNorm();
  return {mean, std::sqrt(std::max(1 - known, 1e-12))};
}

void GaussianProcess::assume(const Point& point) {
  const double expected = at(point).mean;
  points_.conservativeResize(Eigen::NoChange, points_.cols() + 1);
  points_.rightCols(1) = Eigen::Map<const VectorXd>(point.data(), points_.rows());
  outcomes_.conservativeResize(outcomes_.size() + 1);
  outcomes_.tail(1)[0] = expected;
  condition();
}

std::vector<double> GaussianProcess::length_scales() const {
  return {scales_.data(), scales_.data() + scales_.size()};
}

}  // namespace kennel::tune
