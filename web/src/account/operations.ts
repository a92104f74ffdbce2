// What the account page asks of the service.
import { graphql } from "../gql";

export const sessionsQuery = graphql(`
  query Sessions {
    sessions {
      id
      current
      userAgent
      createdAt
      lastUsedAt
    }
  }
`);

export const revokeSessionMutation = graphql(`
  mutation RevokeSession($id: ID!) {
    revokeSession(input: { id: $id }) {
      revokedSessionId
    }
  }
`);

export const revokeOtherSessionsMutation = graphql(`
  mutation RevokeOtherSessions {
    revokeOtherSessions {
      revokedSessionIds
    }
  }
`);

export const changePasswordMutation = graphql(`
  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
    changePassword(input: { currentPassword: $currentPassword, newPassword: $newPassword, delivery: COOKIE }) {
      accessToken
      expiresIn
      user {
        ...SessionUser
      }
    }
  }
`);

export const deleteAccountMutation = graphql(`
  mutation DeleteAccount($password: String!) {
    deleteAccount(input: { password: $password }) {
      deletedUserId
    }
  }
`);
