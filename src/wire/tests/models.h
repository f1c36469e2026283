// The services whose tables the tests of the codecs and the fuzzers have.
#pragma once

#include <array>

#include "base/error.h"
#include "wire/models/application_autoscaling/model.h"
#include "wire/models/iam/model.h"
#include "wire/models/lambda/model.h"
#include "wire/models/logs/model.h"
#include "wire/models/s3/model.h"
#include "wire/models/sagemaker/model.h"
#include "wire/models/sagemaker_runtime/model.h"
#include "wire/models/sts/model.h"
#include "wire/shape.h"

namespace kennel::wire::models {

inline const std::array<const Service*, 8> kAll{
    &iam::kService,       &sts::kService,
    &s3::kService,        &lambda::kService,
    &sagemaker::kService, &sagemaker_runtime::kService,
    &logs::kService,      &application_autoscaling::kService};

inline const Service& find_service(std::string_view name) {
  for (const Service* service : kAll) {
    if (service->name == name) return *service;
  }
  base::end_with_bug("the tests have the tables of that service", std::source_location::current());
}

inline const Operation& find_operation(const Service& service, std::string_view name) {
  for (const Operation& operation : service.operations) {
    if (operation.name == name) return operation;
  }
  base::end_with_bug("the service has that operation", std::source_location::current());
}

}  // namespace kennel::wire::models
